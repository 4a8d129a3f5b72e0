namespace Telemetry.Lab.Scenarios;

/// <summary>A link that becomes slower, or as the topology has it again, in both directions.</summary>
/// <param name="AtNs">Loop time.</param>
/// <param name="A">One end's device.</param>
/// <param name="B">The other end's device.</param>
/// <param name="DelayNs">One-way delay on top of the link's own; 0 none.</param>
/// <param name="JitterNs">Up to so much more for each frame, at random; frames stay in order. 0 none.</param>
/// <param name="RateBitsPerSecond">Instead of the link's own; 0 leaves it. Of all frames, whatever <paramref name="Match"/> says.</param>
/// <param name="Match">Which packets are delayed; null for all frames.</param>
public sealed record SlowAction(
    long AtNs, string A, string B, long DelayNs, long JitterNs = 0, long RateBitsPerSecond = 0, TrafficMatch? Match = null);
