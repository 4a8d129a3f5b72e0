namespace Telemetry.Lab.Tests.Mininet;

/// <summary>A test of the Python package; skipped, saying so, where Debian's Mininet is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MininetFactAttribute : FactAttribute
{
    public MininetFactAttribute()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/mininet"))
        {
            Skip = "needs Mininet: apt-get install mininet";
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
