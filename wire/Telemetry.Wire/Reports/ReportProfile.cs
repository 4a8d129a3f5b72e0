namespace Telemetry.Wire.Reports;

/// <summary>How an INT domain marks its packets: what a decoder cannot learn from the bytes.</summary>
public sealed record ReportProfile
{
    /// <summary>The shipped P4 program's domain.</summary>
    public static ReportProfile Default { get; } = new();

    /// <summary>DSCP that says INT follows the L4 header; default 0x17, -1 for none.</summary>
    public int IntDscp { get; init; } = 0x17;

    /// <summary>UDP destination port that says so; default 0, none.</summary>
    public ushort IntUdpPort { get; init; }

    /// <summary>INT sits behind the TCP options; by default it follows the 20 fixed bytes.</summary>
    public bool IntAfterTcpOptions { get; init; }
}
