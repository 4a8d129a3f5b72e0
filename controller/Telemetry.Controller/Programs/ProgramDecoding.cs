namespace Telemetry.Controller.Programs;

/// <summary>What a collector cannot learn from a program's reports themselves.</summary>
public sealed record ProgramDecoding
{
    /// <summary>DSCP that says INT follows the L4 header; 0x17 by default, -1 for none.</summary>
    public int IntDscp { get; init; } = 0x17;

    /// <summary>UDP destination port that says INT follows; 32765 by default, 0 for none.</summary>
    public int IntUdpPort { get; init; } = 32765;

    /// <summary>INT sits behind the TCP options; by default it follows the 20 fixed bytes.</summary>
    public bool IntAfterTcpOptions { get; init; }

    /// <summary>Nanoseconds in a unit of time stamps; 1,000 by default.</summary>
    public long TimeUnitNs { get; init; } = 1000;

    /// <summary>Nanoseconds in a unit of latency; 1,000 by default.</summary>
    public long LatencyUnitNs { get; init; } = 1000;

    /// <summary>What the queue's occupancy counts: "packets" (the default), "cells" or "bytes".</summary>
    public string QueueUnit { get; init; } = "packets";

    /// <summary>Names of drop reasons.</summary>
    public IReadOnlyDictionary<int, string> DropReasons { get; init; } = new Dictionary<int, string>();
}
