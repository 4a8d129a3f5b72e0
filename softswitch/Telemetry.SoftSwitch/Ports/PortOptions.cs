namespace Telemetry.SoftSwitch.Ports;

/// <summary>Egress limits of one switch port.</summary>
/// <param name="RateBitsPerSecond">Line rate; 0 (the default) is unlimited.</param>
/// <param name="QueueDepthPackets">Packets that wait at most, for each priority; 64 (BMv2's) by default, at least 1.</param>
public sealed record PortOptions(long RateBitsPerSecond = 0, int QueueDepthPackets = 64);
