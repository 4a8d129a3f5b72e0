namespace Telemetry.Wire.Int;

/// <summary>What <see cref="IntMdHeader.Write"/> writes.</summary>
public readonly record struct IntMdFields()
{
    /// <summary>D: the sink drops the packet after taking INT off.</summary>
    public bool Discard { get; init; }

    /// <summary>E: a node found no hops remaining.</summary>
    public bool HopsExceeded { get; init; }

    /// <summary>M: a node added nothing because of its MTU.</summary>
    public bool MtuExceeded { get; init; }

    /// <summary>HopML: words each hop adds, 0 to 31; default 8.</summary>
    public byte HopWords { get; init; } = 8;

    public byte RemainingHops { get; init; }

    /// <summary>Default <see cref="IntInstructions.Default"/>.</summary>
    public IntInstructions Instructions { get; init; } = IntInstructions.Default;

    public ushort DomainId { get; init; }

    public ushort DomainInstructions { get; init; }

    public ushort DomainFlags { get; init; }
}
