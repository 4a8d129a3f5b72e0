namespace Telemetry.Wire.Reports;

/// <summary>RepType: what an individual report's main contents are (Telemetry Report v2.0).</summary>
public enum ReportType
{
    /// <summary>None: only the inner packet.</summary>
    InnerOnly = 0,

    /// <summary>The reporting node's own INT metadata.</summary>
    IntMetadata = 1,

    /// <summary>IOAM; its contents are not decoded.</summary>
    Ioam = 2,
}
