namespace Telemetry.Lab.Training;

/// <summary>One virtual run to label.</summary>
/// <param name="Topology">A built-in's name or a topology file.</param>
/// <param name="Scenario">One of the scenarios.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="Seconds">Length of the run.</param>
public sealed record TrainingRun(string Topology, string Scenario, ulong Seed, double Seconds);
