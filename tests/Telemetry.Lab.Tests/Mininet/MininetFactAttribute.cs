namespace Telemetry.Lab.Tests.Mininet;

/// <summary>A test of the Python package; skipped, saying so, where Debian's Mininet is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MininetFactAttribute : FactAttribute
{
    /// <param name="modules">Python modules, as Debian packages them, that the test needs besides.</param>
    public MininetFactAttribute(params string[] modules)
    {
        string[] missing = [.. modules.Prepend("mininet").Where(m => !Directory.Exists($"/usr/lib/python3/dist-packages/{m}"))];
        if (missing.Length > 0)
        {
            Skip = $"needs {string.Join(" and ", missing)} of Debian's Python: apt-get install {string.Join(' ', missing)}";
        }
    }

    /// <summary>The folder with package and tests.</summary>
    public static string PackageFolder
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "mininet", "telemetry_mininet")))
            {
                folder = folder.Parent;
            }

            return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("not in a checkout"), "mininet");
        }
    }
}
