namespace Telemetry.Inference.Training;

/// <summary>How a model is trained, and what its card says about it.</summary>
public sealed record TrainOptions
{
    /// <summary>Date of the training as text for the card, e.g. <c>2026-01-31</c>; passed in because nothing here reads a clock.</summary>
    public required string Date { get; init; }

    /// <summary>Where the rows come from, one line for the card.</summary>
    public required string Source { get; init; }

    /// <summary>Seed of everything random; 1 by default.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Trees; 80 by default, 1 to 1,000.</summary>
    public int Trees { get; init; } = 80;

    /// <summary>Leaves of a tree; 16 by default, 2 to 256.</summary>
    public int Leaves { get; init; } = 16;

    /// <summary>Rows that a leaf holds at least; 20 by default.</summary>
    public int RowsPerLeaf { get; init; } = 20;

    /// <summary>Step of the boosting; 0.1 by default.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Resamples by run for the intervals; 300 by default, at least 20.</summary>
    public int Resamples { get; init; } = 300;

    /// <summary>
    /// Topologies whose runs tune the thresholds, none of which is trained on; <c>ring</c> also means <c>ring-4</c> and
    /// the other sizes.
    /// </summary>
    public IReadOnlyList<string> ValidationTopologies { get; init; } = ["ring", "tree"];

    /// <summary>Topologies whose runs only score; sizes as for validation.</summary>
    public IReadOnlyList<string> TestTopologies { get; init; } = ["fattree", "leafspine-2x4", "leafspine-3x4", "leafspine-4x8", "random"];

    /// <summary>
    /// The part of the data that a run belongs to: by its topology; when the data hold neither validation nor test
    /// topologies, by its seed (of five in a row the fourth validates and the fifth tests).
    /// </summary>
    internal DataPart PartOf(RunKey run, bool bySeed) =>
        bySeed ? (run.Seed % 5) switch { 3 => DataPart.Validation, 4 => DataPart.Test, _ => DataPart.Train }
        : Names(ValidationTopologies, run) ? DataPart.Validation
        : Names(TestTopologies, run) ? DataPart.Test
        : DataPart.Train;

    internal bool SplitsBySeed(IEnumerable<RunKey> runs) =>
        !runs.Any(run => Names(ValidationTopologies, run) || Names(TestTopologies, run));

    private static bool Names(IReadOnlyList<string> topologies, RunKey run) => topologies.Any(name =>
        run.Topology == name || run.Topology.StartsWith(name + "-", StringComparison.Ordinal));

    internal void Validate()
    {
        List<string> faults = [];
        if (Trees is < 1 or > 1000)
        {
            faults.Add($"Trees {Trees} is not in 1..1000");
        }

        if (Leaves is < 2 or > 256)
        {
            faults.Add($"Leaves {Leaves} is not in 2..256");
        }

        if (RowsPerLeaf < 1)
        {
            faults.Add($"RowsPerLeaf {RowsPerLeaf} is below 1");
        }

        if (!(LearningRate is > 0 and <= 1))
        {
            faults.Add($"LearningRate {LearningRate} is not in (0, 1]");
        }

        if (Resamples < 20)
        {
            faults.Add($"Resamples {Resamples} is below 20");
        }

        if (ValidationTopologies.Intersect(TestTopologies).FirstOrDefault() is { } both)
        {
            faults.Add($"topology {both} is named for validation and for test");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults));
        }
    }
}
