namespace Telemetry.Wire.Int;

/// <summary>What follows an INT shim (INT v2.1).</summary>
public enum IntType
{
    /// <summary>INT-MD: the packet carries instructions and the hops' metadata.</summary>
    Metadata = 1,

    /// <summary>A header for the destination only.</summary>
    Destination = 2,

    /// <summary>INT-MX: the packet carries instructions, every node reports.</summary>
    Instructions = 3,
}
