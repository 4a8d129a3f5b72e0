namespace Telemetry.Lab.Running;

/// <summary>Finds a compiled program by path, or by name among those that ship.</summary>
public static class ProgramLocator
{
    private const string DefaultName = "int";

    /// <summary>The folder or file that was asked for, or the program <c>p4/NAME</c> (by default <c>int</c>) in a folder above the running program or the current folder.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public static string Find(string? asked)
    {
        if (File.Exists(asked) || Directory.Exists(asked))
        {
            return asked;
        }

        string name = asked ?? DefaultName;
        foreach (string start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string candidate = Path.Combine(folder.FullName, "p4", name);
                if (File.Exists(Path.Combine(candidate, $"{name}.json")))
                {
                    return candidate;
                }
            }
        }

        throw new LabException(asked is null
            ? $"no compiled {Path.Combine("p4", name, name)}.json above {AppContext.BaseDirectory}; name a program"
            : $"no P4 program at {asked}, and none of this name among those that ship");
    }
}
