namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>A fact about Linux's /proc, skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "needs Linux's /proc";
        }
    }
}
