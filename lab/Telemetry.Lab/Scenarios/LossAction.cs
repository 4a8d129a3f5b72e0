namespace Telemetry.Lab.Scenarios;

/// <summary>A link that begins, or ceases, to lose frames at random, in both directions.</summary>
/// <param name="AtNs">Loop time.</param>
/// <param name="A">One end's device.</param>
/// <param name="B">The other end's device.</param>
/// <param name="Fraction">Of all frames that <paramref name="Match"/> means, 0..1; 0 is as the topology has it.</param>
/// <param name="Match">Which packets; null for all frames.</param>
public sealed record LossAction(long AtNs, string A, string B, double Fraction, TrafficMatch? Match = null);
