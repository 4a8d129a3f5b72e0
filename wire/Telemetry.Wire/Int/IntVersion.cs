namespace Telemetry.Wire.Int;

/// <summary>Version of the INT header that a packet carries.</summary>
public enum IntVersion
{
    /// <summary>No INT header was read.</summary>
    None = 0,

    /// <summary>INT v0.5 (header version 0): instruction count, maximum and total hops, all values 4 bytes, a tail behind the stack over TCP and UDP.</summary>
    V05,

    /// <summary>INT v1.0 (header version 1): 8-byte header, 4-byte timestamps, the shim's length counts the shim.</summary>
    V10,

    /// <summary>INT v2.x (header version 2): 12-byte header, 8-byte timestamps.</summary>
    V20,
}
