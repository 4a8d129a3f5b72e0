using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;

namespace Telemetry.Lab.Running;

/// <summary>What the embedded fabric counted over a run.</summary>
/// <param name="ReportDatagrams">Telemetry reports that left the switches.</param>
/// <param name="BadReportFrames">Report frames with wrong outer headers.</param>
/// <param name="BadHostFrames">Frames that hosts refused: lengths, checksums, addresses.</param>
/// <param name="TcpRetransmissions">Segments sent again.</param>
/// <param name="Converged">Loop time at which all switches were programmed and all links up, nanoseconds.</param>
/// <param name="EventsRun">Events of the loop.</param>
public sealed record FabricCounts(
    long ReportDatagrams, long BadReportFrames, long BadHostFrames, long TcpRetransmissions, long Converged, long EventsRun)
{
    internal static FabricCounts Of(EmbeddedFabric fabric, long convergedNs, long eventsRun) => new(
        fabric.ReportDatagrams,
        fabric.BadReportFrames,
        Enum.GetValues<FrameFault>().Where(f => f != FrameFault.None).Sum(fabric.HostFaults),
        fabric.TcpRetransmissions,
        convergedNs,
        eventsRun);
}
