namespace Telemetry.Lab.Mininet.Wires;

/// <summary>A frame that crossed an interface.</summary>
internal readonly ref struct TappedFrame
{
    /// <summary>Its first bytes, up to 128.</summary>
    public required ReadOnlySpan<byte> Head { get; init; }

    /// <summary>Whole frame, bytes.</summary>
    public required int Length { get; init; }

    /// <summary>Kernel's number of the interface.</summary>
    public required int Interface { get; init; }

    /// <summary>Sent by this side; otherwise it arrived.</summary>
    public required bool IsOutgoing { get; init; }

    /// <summary>Kernel's stamp, nanoseconds since 1970.</summary>
    public required long UnixNs { get; init; }
}
