namespace Telemetry.SoftSwitch.Tests.Ports;

/// <summary>A test on network interfaces: skipped without Linux, root or the ip command.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class InterfaceFactAttribute : FactAttribute
{
    public InterfaceFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "needs Linux";
        }
        else if (!Environment.IsPrivilegedProcess)
        {
            Skip = "needs root, to make network interfaces";
        }
        else if (!File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip") && !File.Exists("/usr/bin/ip"))
        {
            Skip = "needs the command ip (package iproute2)";
        }
    }
}
