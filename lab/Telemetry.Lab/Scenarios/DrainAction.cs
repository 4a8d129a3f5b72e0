namespace Telemetry.Lab.Scenarios;

/// <summary>The controller takes traffic off a link that is up, or lets it back: paths change though nothing failed.</summary>
/// <param name="AtNs">Loop time.</param>
/// <param name="A">One end's switch.</param>
/// <param name="B">The other end's switch.</param>
/// <param name="Drained">False lets traffic back.</param>
public sealed record DrainAction(long AtNs, string A, string B, bool Drained);
