using System.Diagnostics;
using System.Globalization;

namespace Telemetry.Cli.Isolation;

/// <summary>
/// The folder of one Mininet lab: its plan, logs and sockets, and who owns it. A folder whose owner is gone is what a
/// killed run left; the kernel removed everything else with the run's namespaces.
/// </summary>
internal static class LabFolder
{
    private const string Prefix = "telemetry-lab-";
    private const string Variable = "TELEMETRY_LAB_FOLDER";
    private const string OwnerFile = "owner";
    private const string KeptFile = "kept";
    private const string EmbeddedFile = "embedded";

    /// <summary>The folder that the owner made for the program inside.</summary>
    public static string OfThisRun => Environment.GetEnvironmentVariable(Variable)
        ?? throw new CommandException("this lab has no folder: it was not started by telemetry lab --mininet");

    /// <summary>Makes a folder that this process owns.</summary>
    /// <param name="isMininet">Whether a lab in namespaces of its own will run in it, that others can enter.</param>
    public static string Create(bool isMininet)
    {
        string folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        File.WriteAllText(Path.Combine(folder, OwnerFile), Identity(Environment.ProcessId));
        if (!isMininet)
        {
            File.WriteAllText(Path.Combine(folder, EmbeddedFile), "");
        }

        return folder;
    }

    /// <summary>Tells a program to start which folder is its run's.</summary>
    public static void Tell(ProcessStartInfo start, string folder) => start.Environment[Variable] = folder;

    /// <summary>Removes a folder with all that is in it.</summary>
    public static void Remove(string folder) => Directory.Delete(folder, recursive: true);

    /// <summary>Marks the folder of a run that ended well, so that its owner removes it.</summary>
    public static void Forget() => File.WriteAllText(Path.Combine(OfThisRun, "done"), "");

    /// <summary>Ends a run's folder: it goes, unless the run failed and its logs are worth reading.</summary>
    public static void Close(string folder, bool interrupted)
    {
        if (interrupted || File.Exists(Path.Combine(folder, "done")))
        {
            Remove(folder);
        }
        else
        {
            File.WriteAllText(Path.Combine(folder, KeptFile), "");
        }
    }

    /// <summary>Folders of labs that run in Mininet now.</summary>
    public static IEnumerable<string> Running() => All().Where(f => IsOwned(f) && !File.Exists(Path.Combine(f, EmbeddedFile)));

    /// <summary>Ends processes that a dead lab left and removes its folder, logs of failed runs too; says what it did.</summary>
    public static IEnumerable<string> Clean()
    {
        int removed = 0;
        foreach (string folder in All().Where(f => !IsOwned(f)).ToArray())
        {
            foreach (int left in ProcessesOf(folder))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"ended process {left} of {folder}");
                End(left);
            }

            Remove(folder);
            removed++;
            yield return $"removed {folder}";
        }

        if (removed == 0)
        {
            yield return "nothing was left to clean";
        }
    }

    /// <summary>The program inside a running lab, the first of its process namespace, by the lab's folder; null before it has started.</summary>
    public static int? ProcessInside(string folder) => ProcessesOf(folder).Where(IsFirst).Select(p => (int?)p).FirstOrDefault();

    private static IEnumerable<string> All() =>
        Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(f => File.Exists(Path.Combine(f, OwnerFile)));

    private static bool IsOwned(string folder)
    {
        string owner = File.ReadAllText(Path.Combine(folder, OwnerFile));
        return !File.Exists(Path.Combine(folder, KeptFile))
            && int.TryParse(owner.Split(' ')[0], CultureInfo.InvariantCulture, out int process) && Identity(process) == owner;
    }

    // A number is used again; number and start time are not.
    private static string Identity(int process)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return string.Create(CultureInfo.InvariantCulture, $"{process} {stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static IEnumerable<int> ProcessesOf(string folder)
    {
        byte[] needle = System.Text.Encoding.UTF8.GetBytes($"{Variable}={folder}\0");
        foreach (string entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out int process)
                && ReadOrEmpty(Path.Combine(entry, "environ")).AsSpan().IndexOf(needle) >= 0)
            {
                yield return process;
            }
        }
    }

    // Whoever made the namespace is not in it, and a host's processes have a network of their own.
    private static bool IsFirst(int process)
    {
        string status = System.Text.Encoding.UTF8.GetString(ReadOrEmpty(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")));
        string[] numbers = status.Split('\n').FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal))?.Split('\t') ?? [];
        return numbers.Length > 2 && numbers[^1] == "1";
    }

    private static byte[] ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void End(int process)
    {
        try
        {
            using Process left = Process.GetProcessById(process);
            left.Kill();
            left.WaitForExit(5000);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
