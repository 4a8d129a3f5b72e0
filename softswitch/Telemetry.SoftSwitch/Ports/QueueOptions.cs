namespace Telemetry.SoftSwitch.Ports;

/// <summary>Limits of one priority queue of a port, besides those of the port.</summary>
/// <param name="RateBitsPerSecond">Rate at which the queue is served; 0 (the default) is the port's own.</param>
/// <param name="DepthPackets">Packets that wait at most, at least 1; 0 (the default) is the port's own.</param>
public sealed record QueueOptions(long RateBitsPerSecond = 0, int DepthPackets = 0);
