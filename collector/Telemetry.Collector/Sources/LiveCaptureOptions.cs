namespace Telemetry.Collector.Sources;

/// <summary>An interface that a node listens on for reports that are sent to others, where no socket can be bound.</summary>
public sealed record LiveCaptureOptions
{
    /// <summary>Name of the interface.</summary>
    public required string Interface { get; init; }

    /// <summary>What else must hold of a packet, in libpcap's language; empty nothing.</summary>
    public string Filter { get; init; } = "";

    /// <summary>UDP ports that reports are sent to; 0 for any. Default 32766.</summary>
    public IReadOnlyList<ushort> Ports { get; init; } = [32766];

    /// <summary>All that must hold: ports, also behind a VLAN tag, and the filter.</summary>
    internal string WholeFilter
    {
        get
        {
            string ports = Ports.Contains((ushort)0) ? "udp" : $"udp and ({string.Join(" or ", Ports.Select(port => $"dst port {port}"))})";
            string all = Filter.Length > 0 ? $"({ports}) and ({Filter})" : ports;

            // What stands behind "vlan" is looked for behind the tag, so that it comes last.
            return $"({all}) or (vlan and {all})";
        }
    }
}
