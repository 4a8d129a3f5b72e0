namespace Telemetry.Collector.Delivery;

/// <summary>What became of a batch on arrival.</summary>
public enum GateOutcome
{
    /// <summary>New and in order.</summary>
    Accepted,

    /// <summary>Was here before: ignored.</summary>
    Repeat,

    /// <summary>From an older incarnation of the sender, or of a second sender with that name: refused.</summary>
    OldEpoch,

    /// <summary>Without a sender, an epoch or a sequence: refused.</summary>
    Malformed,
}
