namespace Telemetry.Lab.Scenarios;

/// <summary>A link that goes down or comes up at a set time.</summary>
/// <param name="AtNs">Loop time.</param>
/// <param name="A">One end's device.</param>
/// <param name="B">The other end's device.</param>
/// <param name="Up">False cuts it.</param>
public sealed record LinkAction(long AtNs, string A, string B, bool Up);
