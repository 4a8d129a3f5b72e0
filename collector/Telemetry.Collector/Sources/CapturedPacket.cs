using PacketDotNet;

namespace Telemetry.Collector.Sources;

/// <summary>One captured packet and how it is framed.</summary>
internal readonly ref struct CapturedPacket(LinkLayers link, ReadOnlySpan<byte> bytes)
{
    public LinkLayers Link { get; } = link;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
