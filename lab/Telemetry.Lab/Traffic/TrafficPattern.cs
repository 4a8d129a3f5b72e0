namespace Telemetry.Lab.Traffic;

/// <summary>How a flow sends. Rates count whole Ethernet frames, in bits per second.</summary>
public abstract record TrafficPattern;

/// <summary>UDP, equal gaps, random phase.</summary>
/// <param name="BitsPerSecond">Above 0.</param>
public sealed record ConstantTraffic(double BitsPerSecond) : TrafficPattern;

/// <summary>UDP, exponential gaps.</summary>
/// <param name="BitsPerSecond">Mean, above 0.</param>
public sealed record PoissonTraffic(double BitsPerSecond) : TrafficPattern;

/// <summary>UDP, equal gaps while on, silent while off; both spans exponential.</summary>
/// <param name="PeakBitsPerSecond">While on, above 0.</param>
/// <param name="MeanOnNs">Above 0.</param>
/// <param name="MeanOffNs">Above 0.</param>
public sealed record OnOffTraffic(double PeakBitsPerSecond, long MeanOnNs, long MeanOffNs) : TrafficPattern;

/// <summary>
/// One TCP-like connection: slow start, congestion avoidance, fast retransmit without SACK, retransmission timeout,
/// and one reduction a window for ECN's echo.
/// </summary>
/// <param name="ApplicationBitsPerSecond">What the application writes; 0: as fast as the connection takes it.</param>
/// <param name="TotalBytes">After which it ends; 0: until the flow's stop.</param>
public sealed record TcpTraffic(double ApplicationBitsPerSecond, long TotalBytes) : TrafficPattern;

/// <summary>TCP segments that ask for connections which nobody means to use: 54 bytes each, random source ports.</summary>
/// <param name="PacketsPerSecond">Mean, above 0.</param>
/// <param name="Spoofed">True makes source addresses up.</param>
public sealed record SynFloodTraffic(double PacketsPerSecond, bool Spoofed) : TrafficPattern
{
    /// <summary>First of the made-up addresses, host order: 198.18.0.0/15, which RFC 2544 set aside for tests.</summary>
    internal const uint FirstSpoofed = 0xC612_0000;

    /// <summary>How many there are.</summary>
    internal const int SpoofedAddresses = 1 << 17;

    /// <summary>Bytes of such a frame.</summary>
    internal const int FrameBytes = 54;
}

/// <summary>Datagrams that stop for nobody.</summary>
/// <param name="BitsPerSecond">Mean, above 0.</param>
/// <param name="Spoofed">True makes source addresses and ports up.</param>
public sealed record UdpFloodTraffic(double BitsPerSecond, bool Spoofed) : TrafficPattern;
