using Telemetry.Inference.Alerts;
using Telemetry.Inference.Samples;
using Telemetry.Inference.Training;
using Telemetry.Lab.Running;
using Telemetry.Lab.Topologies;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Training;

/// <summary>
/// Labelled windows from virtual runs: the samples are the very ones that the data center shows its detector, the
/// labels come from the fabric's queues.
/// </summary>
public static class TrainingData
{
    /// <summary>Incast runs of every topology with every seed, and one steady run of every topology with its first seed.</summary>
    /// <param name="topologies">Names of built-ins or topology files.</param>
    /// <param name="seeds">At least one.</param>
    /// <param name="seconds">Length of each run.</param>
    /// <param name="program">Compiled P4 program; null: <c>p4/int</c>.</param>
    /// <param name="progress">Told of every run that ended, in words; null: nobody.</param>
    /// <param name="cancellation">Ends it between events.</param>
    /// <exception cref="LabException">A topology, the program or the length does not fit.</exception>
    public static IReadOnlyList<LabelledSample> Generate(
        IReadOnlyList<string> topologies,
        IReadOnlyList<ulong> seeds,
        double seconds,
        string? program = null,
        Action<string>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(topologies);
        ArgumentNullException.ThrowIfNull(seeds);
        IEnumerable<TrainingRun> runs = topologies.SelectMany(t => seeds
            .Select(s => new TrainingRun(t, "incast", s, seconds))
            .Append(new TrainingRun(t, "steady", seeds[0], seconds)));
        return Generate(runs, program, progress, cancellation);
    }

    /// <summary>Labelled windows of every run, run after run.</summary>
    /// <inheritdoc cref="Generate(IReadOnlyList{string}, IReadOnlyList{ulong}, double, string?, Action{string}?, CancellationToken)"/>
    public static IReadOnlyList<LabelledSample> Generate(
        IEnumerable<TrainingRun> runs, string? program = null, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(runs);
        List<LabelledSample> rows = [];
        foreach (TrainingRun run in runs)
        {
            LabOptions options = new()
            {
                Topology = TopologyCatalog.Load(run.Topology),
                Scenario = run.Scenario,
                Seed = run.Seed,
                Seconds = run.Seconds,
                Program = program,
            };
            SampleTap tap = new();
            LabResult result = VirtualLab.Run(options, new DiscardedHistory(), tap, new AlertOptions(), cancellation);
            int before = rows.Count;
            RunKey key = new(options.Topology.Name, (long)run.Seed, run.Scenario);
            rows.AddRange(Label(tap.Samples, result.Episodes, result.EndNs, key));
            int congested = rows.Skip(before).Count(r => r.Congested);
            progress?.Invoke($"{run.Topology} {run.Scenario} seed {run.Seed}: {rows.Count - before} windows, {congested} congested");
        }

        return rows;
    }

    /// <summary>A window is congested when it overlaps a congestion episode of its port.</summary>
    internal static IEnumerable<LabelledSample> Label(
        IEnumerable<PortSample> samples, IReadOnlyList<TruthEpisode> episodes, long runEndNs, RunKey run)
    {
        ILookup<string, TruthEpisode> byPort = episodes.Where(e => e.Kind == "congestion").ToLookup(e => e.Entity, StringComparer.Ordinal);
        foreach (PortSample sample in samples)
        {
            long? startNs = null;
            foreach (TruthEpisode episode in byPort[sample.Port])
            {
                if (episode.StartNs < sample.EndNs && (episode.EndNs ?? runEndNs) > sample.StartNs)
                {
                    startNs = episode.StartNs; // ascending: the newest one stays
                }
            }

            yield return new LabelledSample(sample, startNs is not null, run, startNs);
        }
    }
}
