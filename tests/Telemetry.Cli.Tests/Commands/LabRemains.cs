using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Telemetry.Cli.Tests.Commands;

/// <summary>What is left of one Mininet lab, and of no other that runs beside it: told apart by the lab's folder, which its processes know.</summary>
internal sealed partial class LabRemains
{
    /// <summary>What a lab says of its folder.</summary>
    public const string FolderIn = "logs of the switches are in ";

    private LabRemains(string folder) => Folder = folder;

    /// <summary>Absolute path.</summary>
    public string Folder { get; }

    /// <summary>By the line that the lab said.</summary>
    public static LabRemains Of(string line)
    {
        string rest = line[(line.IndexOf(FolderIn, StringComparison.Ordinal) + FolderIn.Length)..];
        return new LabRemains(rest[..rest.IndexOf(';', StringComparison.Ordinal)]);
    }

    /// <summary>Processes of the lab, and interfaces that only labs have; after an abrupt end the kernel gets a while.</summary>
    public async Task<string[]> LeftAsync()
    {
        for (int i = 0; ; i++)
        {
            string[] left = [.. Processes(), .. await InterfacesAsync()];
            if (left.Length == 0 || i == 300)
            {
                return left;
            }

            await Task.Delay(100);
        }
    }

    private List<string> Processes()
    {
        byte[] needle = Encoding.UTF8.GetBytes($"TELEMETRY_LAB_FOLDER={Folder}\0");
        List<string> found = [];
        foreach (string entry in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out _)
                    && File.ReadAllBytes(Path.Combine(entry, "environ")).AsSpan().IndexOf(needle) >= 0)
                {
                    found.Add($"{entry}: {File.ReadAllText(Path.Combine(entry, "cmdline")).Replace('\0', ' ')}");
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return found;
    }

    // A lab's interfaces are in a namespace of its own, so outside there is none at any time.
    private static async Task<string[]> InterfacesAsync()
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", ["-o", "link"]) { RedirectStandardOutput = true })!;
        string output = await ip.StandardOutput.ReadToEndAsync();
        await ip.WaitForExitAsync();
        return [.. LabInterface().Matches(output).Select(m => m.Value)];
    }

    [GeneratedRegex(@"\b(s\d+-(eth\d+|rep|col)|h\d+-eth\d+)\b")]
    private static partial Regex LabInterface();
}
