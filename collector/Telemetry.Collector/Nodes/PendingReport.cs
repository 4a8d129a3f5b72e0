using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

/// <summary>A report that was decoded and waits for two others to be, while what is known of its flow comes from memory.</summary>
internal sealed class PendingReport
{
    public DecodedReport Report { get; } = new();

    public ExporterState Exporter { get; set; } = null!;

    public long ArrivalNs { get; set; }

    /// <summary>Of its flow; meaningless without one.</summary>
    public ulong FlowHash { get; set; }

    /// <summary>Its flow, if it was found while the table had this version.</summary>
    public FlowState? Flow { get; set; }

    public int TableVersion { get; set; }
}
