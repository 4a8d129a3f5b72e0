using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Scenarios;

/// <summary>Everything that a scenario will do, decided before the run from topology, seed and duration.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="Seed">Of every random choice, also inside the flows.</param>
/// <param name="Flows">In order of their numbers, at most <see cref="MaxFlows"/>.</param>
/// <param name="LinkActions">Ascending in time.</param>
public sealed record ScenarioPlan(
    string Name, ulong Seed, IReadOnlyList<FlowPlan> Flows, IReadOnlyList<LinkAction> LinkActions)
{
    /// <summary>Links that lose frames; ascending in time.</summary>
    public IReadOnlyList<LossAction> LossActions { get; init; } = [];

    /// <summary>Reports that are lost; ascending in time.</summary>
    public IReadOnlyList<ReportLossAction> ReportLossActions { get; init; } = [];

    /// <summary>Links that become slow; ascending in time.</summary>
    public IReadOnlyList<SlowAction> SlowActions { get; init; } = [];

    /// <summary>Queues that are served at another rate; ascending in time.</summary>
    public IReadOnlyList<QueueRateAction> QueueRateActions { get; init; } = [];

    /// <summary>Switches that lose their power; ascending in time.</summary>
    public IReadOnlyList<SwitchAction> SwitchActions { get; init; } = [];

    /// <summary>Links that the controller takes traffic off; ascending in time.</summary>
    public IReadOnlyList<DrainAction> DrainActions { get; init; } = [];

    /// <summary>What is true by plan rather than by what the queues do, loop time.</summary>
    public IReadOnlyList<TruthEpisode> Marks { get; init; } = [];

    /// <summary>Flows are told apart by their port numbers.</summary>
    public const int MaxFlows = 24_000;
}
