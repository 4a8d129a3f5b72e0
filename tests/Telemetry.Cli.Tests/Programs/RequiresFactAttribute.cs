namespace Telemetry.Cli.Tests.Programs;

/// <summary>A test that needs programs or rights that a machine may lack; it is left out there, and says why.</summary>
public sealed class RequiresFactAttribute : FactAttribute
{
    /// <param name="needs">Absolute paths of files, names of programs on the PATH, or <c>root</c>.</param>
    public RequiresFactAttribute(params string[] needs)
    {
        string[] missing = [.. needs.Where(n => n == "root" ? !Environment.IsPrivilegedProcess : !Exists(n))];
        if (missing.Length > 0)
        {
            Skip = $"needs {string.Join(", ", missing)}";
        }
    }

    private static bool Exists(string need) => need.StartsWith('/')
        ? File.Exists(need)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, need)));
}
