namespace Telemetry.Lab.Scenarios;

/// <summary>A switch port whose queue is served at another rate from now on.</summary>
/// <param name="AtNs">Loop time.</param>
/// <param name="Switch">Whose port.</param>
/// <param name="Port">Number.</param>
/// <param name="RateBitsPerSecond">0 is the link's own rate.</param>
public sealed record QueueRateAction(long AtNs, string Switch, int Port, long RateBitsPerSecond);
