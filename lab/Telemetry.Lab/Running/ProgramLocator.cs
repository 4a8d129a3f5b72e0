namespace Telemetry.Lab.Running;

/// <summary>Finds the compiled INT program.</summary>
internal static class ProgramLocator
{
    private static readonly string s_default = Path.Combine("p4", "int");

    /// <summary>The folder or file that was asked for, else <c>p4/int</c> in a folder above the running program or the current folder.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public static string Find(string? asked)
    {
        if (asked is not null)
        {
            return File.Exists(asked) || Directory.Exists(asked)
                ? asked
                : throw new LabException($"no P4 program at {asked}");
        }

        foreach (string start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string candidate = Path.Combine(folder.FullName, s_default);
                if (File.Exists(Path.Combine(candidate, "int.json")))
                {
                    return candidate;
                }
            }
        }

        throw new LabException($"no compiled {s_default}{Path.DirectorySeparatorChar}int.json above {AppContext.BaseDirectory}; name a program");
    }
}
