namespace Telemetry.Collector.Sources;

/// <summary>A capture file that a node takes its reports from, once, instead of a socket.</summary>
public sealed record ReplayOptions
{
    /// <summary>The file, pcap or pcapng.</summary>
    public required string File { get; init; }

    /// <summary>How often faster than it was captured: 1 as then (default), 0 as fast as it can be taken.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>True to move the capture's times so that it begins now; by default they stay, and windows carry the time at which they were captured.</summary>
    public bool AsNow { get; init; }

    /// <summary>UDP ports that reports are sent to; 0 for any. Default 32766.</summary>
    public IReadOnlyList<ushort> Ports { get; init; } = [32766];
}
