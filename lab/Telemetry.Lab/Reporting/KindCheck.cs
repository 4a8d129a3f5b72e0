namespace Telemetry.Lab.Reporting;

/// <summary>How alerts of one kind fared in a run.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Truth">Episodes that happened.</param>
/// <param name="Covered">Of those, the ones that an alert covers.</param>
/// <param name="Alerts">Alerts raised.</param>
/// <param name="Extra">Of those, the ones that cover no episode.</param>
public sealed record KindCheck(string Kind, int Truth, int Covered, int Alerts, int Extra);
