namespace Telemetry.Wire.Reports;

/// <summary>Version of the telemetry report format.</summary>
public enum ReportVersion
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>Telemetry Report v0.5 (version field 0).</summary>
    V05,

    /// <summary>Telemetry Report v1.0 (version field 1).</summary>
    V10,

    /// <summary>Telemetry Report v2.0 (version field 2).</summary>
    V20,
}
