namespace Telemetry.SoftSwitch.Tracing;

/// <summary>How much a trace tells: its own lines and those of every later level.</summary>
public enum TraceLevel
{
    /// <summary>Every field, condition, statement and array access.</summary>
    Trace,

    /// <summary>Every parser state, table, action, header and queue.</summary>
    Debug,

    /// <summary>What the program logs itself, and what happens to the switch.</summary>
    Info,

    /// <summary>What was left out of the trace.</summary>
    Warn,

    /// <summary>Parser errors and wrong checksums.</summary>
    Error,

    /// <summary>Nothing.</summary>
    Off,
}
