namespace Telemetry.SoftSwitch.Tracing;

/// <summary>Levels by the names that options give them.</summary>
public static class TraceLevels
{
    /// <summary>The names, for errors.</summary>
    public const string Known = "trace, debug, info, warn, error and off";

    /// <summary>The level of a name; null for none.</summary>
    public static TraceLevel? Find(string name) => name switch
    {
        "trace" => TraceLevel.Trace,
        "debug" => TraceLevel.Debug,
        "info" => TraceLevel.Info,
        "warn" => TraceLevel.Warn,
        "error" => TraceLevel.Error,
        "off" => TraceLevel.Off,
        _ => null,
    };
}
