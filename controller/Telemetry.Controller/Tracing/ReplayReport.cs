namespace Telemetry.Controller.Tracing;

/// <summary>What a replay sent.</summary>
/// <param name="Pipelines">Calls that set a program.</param>
/// <param name="Updates">Updates written.</param>
/// <param name="Packets">Packets sent out.</param>
/// <param name="Faults">Calls that failed, with the reason.</param>
public sealed record ReplayReport(int Pipelines, int Updates, int Packets, IReadOnlyList<string> Faults);
