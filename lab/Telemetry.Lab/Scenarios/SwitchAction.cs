namespace Telemetry.Lab.Scenarios;

/// <summary>A switch that loses its power or gets it back: all its links, its reports, and what it answers.</summary>
/// <param name="AtNs">Loop time.</param>
/// <param name="Switch">Which.</param>
/// <param name="Up">False switches it off.</param>
public sealed record SwitchAction(long AtNs, string Switch, bool Up);
