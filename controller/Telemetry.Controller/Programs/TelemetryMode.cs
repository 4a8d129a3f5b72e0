namespace Telemetry.Controller.Programs;

/// <summary>How a program measures.</summary>
public enum TelemetryMode
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>INT-MD: packets carry the data, the sink reports it.</summary>
    IntMd,

    /// <summary>INT-MX: packets carry the instructions, every node reports.</summary>
    IntMx,

    /// <summary>INT-XD: packets carry nothing, every node reports.</summary>
    IntXd,
}
