namespace Telemetry.Lab.Scenarios;

/// <summary>A switch whose telemetry reports begin, or cease, to be lost at random on their way to the collector.</summary>
/// <param name="AtNs">Loop time.</param>
/// <param name="Switch">Whose reports.</param>
/// <param name="Fraction">Of all reports, 0..1.</param>
public sealed record ReportLossAction(long AtNs, string Switch, double Fraction);
