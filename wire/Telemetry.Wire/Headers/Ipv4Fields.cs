namespace Telemetry.Wire.Headers;

/// <summary>What <see cref="Ipv4Header.Write"/> writes; the header has no options.</summary>
public readonly record struct Ipv4Fields()
{
    public uint Source { get; init; }

    public uint Destination { get; init; }

    public byte Protocol { get; init; }

    /// <summary>Header and payload, bytes.</summary>
    public ushort TotalLength { get; init; }

    public ushort Identification { get; init; }

    /// <summary>6 bits.</summary>
    public byte Dscp { get; init; }

    /// <summary>2 bits.</summary>
    public byte Ecn { get; init; }

    /// <summary>Default 64.</summary>
    public byte Ttl { get; init; } = 64;

    public bool DontFragment { get; init; }

    public bool MoreFragments { get; init; }

    /// <summary>Units of 8 bytes, 13 bits.</summary>
    public ushort FragmentOffset { get; init; }
}
