namespace Telemetry.Controller.Client;

/// <summary>What becomes of the other updates of a call when one fails.</summary>
public enum WriteAtomicity
{
    /// <summary>They are done; every target can.</summary>
    ContinueOnError,

    /// <summary>None is done, but packets may meet some of them meanwhile.</summary>
    RollbackOnError,

    /// <summary>None is done, and packets meet all or none.</summary>
    DataPlaneAtomic,
}
