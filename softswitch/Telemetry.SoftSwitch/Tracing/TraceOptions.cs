namespace Telemetry.SoftSwitch.Tracing;

/// <summary>What a trace tells of which packets.</summary>
/// <param name="Level">How much of each packet.</param>
/// <param name="IngressPort">Only packets received on this port; -1 (the default) for all.</param>
/// <param name="PacketsPerSecond">Packets told of in a second at most, the others run at full speed and are counted; 0 for all, 1000 by default.</param>
/// <param name="DumpBytes">First bytes of each received packet to show, at level info and below; 0 (the default) for none.</param>
public sealed record TraceOptions(TraceLevel Level, int IngressPort = -1, int PacketsPerSecond = TraceOptions.DefaultPacketsPerSecond, int DumpBytes = 0)
{
    /// <summary>A packet's trace takes some 100 us of the switch's thread: so many leave it nine tenths of its time.</summary>
    public const int DefaultPacketsPerSecond = 1000;
}
