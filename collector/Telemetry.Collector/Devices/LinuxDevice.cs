using System.Globalization;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Devices;

/// <summary>A Linux host, router or firewall on this machine whose interfaces and tables a node reads.</summary>
/// <param name="Name">Device name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Pid">A process in its network namespace; null when the namespace has a name.</param>
/// <param name="Namespace">Name of its network namespace, as <c>ip netns</c> has it; null when a process is given.</param>
public sealed record LinuxDevice(string Name, DeviceKind Kind, int? Pid, string? Namespace)
{
    /// <summary>The form that <see cref="TryParse"/> reads.</summary>
    public const string Form = "NAME=KIND:pid:PID or NAME=KIND:netns:NAMESPACE, with KIND host, router or firewall";

    /// <summary>Reads <c>r1=router:pid:1234</c> or <c>fw=firewall:netns:fw</c>.</summary>
    public static bool TryParse(string text, out LinuxDevice? device)
    {
        ArgumentNullException.ThrowIfNull(text);
        device = null;
        string[] parts = text.Split(['=', ':'], 4);
        if (parts.Length != 4 || parts.Any(part => part.Length == 0) || !text.StartsWith($"{parts[0]}=", StringComparison.Ordinal))
        {
            return false;
        }

        DeviceKind kind = parts[1] switch
        {
            "host" => DeviceKind.Host,
            "router" => DeviceKind.Router,
            "firewall" => DeviceKind.Firewall,
            _ => DeviceKind.Unspecified,
        };
        device = (kind, parts[2]) switch
        {
            (DeviceKind.Unspecified, _) => null,
            (_, "pid") when int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0 => new(parts[0], kind, pid, null),
            (_, "netns") when !parts[3].Contains('/', StringComparison.Ordinal) => new(parts[0], kind, null, parts[3]),
            _ => null,
        };
        return device is not null;
    }
}
