namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>A fact that needs a program, skipped where that is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramFactAttribute : FactAttribute
{
    /// <param name="path">Absolute path of the program.</param>
    /// <param name="package">Debian package that has it.</param>
    public ProgramFactAttribute(string path, string package)
    {
        if (!File.Exists(path))
        {
            Skip = $"needs {path}: apt-get install {package}";
        }
    }
}
