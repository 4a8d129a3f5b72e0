namespace Telemetry.Lab.Mininet;

/// <summary>What the hosts of a Mininet lab measured themselves.</summary>
/// <param name="Pings">One entry a pair of hosts.</param>
public sealed record KernelTraffic(IReadOnlyList<PingResult> Pings);
