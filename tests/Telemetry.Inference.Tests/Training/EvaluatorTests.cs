using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;
using Telemetry.Inference.Tests.Features;
using Telemetry.Inference.Tests.Synthetic;
using Telemetry.Inference.Training;

namespace Telemetry.Inference.Tests.Training;

public sealed class EvaluatorTests
{
    private static readonly DetectorThresholds Thresholds = new(Window: 0.5, Flag: 0.5, OnMs: 100);

    [Fact]
    public void Score_HandMadeRun_CountsWindows()
    {
        //                      hit   hit   hit  miss quiet false
        List<LabelledSample> rows = Run("linear", 1, (90, true), (80, true), (60, true), (40, true), (10, false), (70, false));

        DetectorMetrics metrics = Evaluator.Score(() => new ThresholdDetector(), Thresholds, rows, resamples: 20);

        Assert.Equal(0.75, metrics.Precision);
        Assert.Equal(0.75, metrics.Recall);
        Assert.Equal(0.75, metrics.F1.Value);
        // Ranked 90 T, 80 T, 70 F, 60 T, 40 T, 10 F: precision 1, 1, 3/4 and 4/5 at the hits.
        Assert.Equal((1 + 1 + 0.75 + 0.8) / 4, metrics.PrAuc.Value, 1e-12);
        Assert.Equal((0.01 + 0.04 + 0.16 + 0.36 + 0.01 + 0.49) / 6, metrics.Brier, 1e-12);
    }

    [Fact]
    public void Score_HandMadeRun_CountsEpisodesAndFalseAlarms()
    {
        // An episode found at its second window, one that is missed, and an alert without truth: 3 s of one run.
        var levels = new (double, bool)[30];
        levels[2] = levels[3] = levels[4] = (90, true);
        levels[10] = levels[11] = (30, true);
        levels[20] = levels[21] = (95, false);
        List<LabelledSample> rows = Run("linear", 1, levels);

        DetectorMetrics metrics = Evaluator.Score(() => new ThresholdDetector(), Thresholds, rows, resamples: 20);

        Assert.Equal(2, metrics.Episodes);
        Assert.Equal(0.5, metrics.EventRecall);
        Assert.Equal(1, metrics.FalseAlarms);
        Assert.Equal(1200, metrics.FalseAlarmsPerHour, 1e-9);
        Assert.Equal(200, metrics.DelayP50Ms);
    }

    [Fact]
    public void Score_AlertStartsTooLate_IsAMiss()
    {
        List<LabelledSample> rows = Run("linear", 1, (20, true), (20, true), (20, true), (20, true), (90, true), (90, true));

        Assert.Equal(0, Evaluator.Score(() => new ThresholdDetector(), Thresholds, rows, resamples: 20).EventRecall);
    }

    [Fact]
    public void Score_EachRun_StartsWithoutAPast()
    {
        List<LabelledSample> rows = Run("linear", 1, (100, true), (100, true));
        rows.AddRange(Run("linear", 2, (0, false), (0, false)));

        DetectorMetrics metrics = Evaluator.Score(() => new EwmaDetector(tauNs: 1e12), Thresholds, rows, resamples: 20);

        // Carried over, the second run's scores would not be the lowest.
        Assert.Equal(1, metrics.PrAuc.Value);
    }

    [Fact]
    public void Score_PerfectOnEveryRun_IntervalsHaveNoWidth()
    {
        List<LabelledSample> rows = [];
        for (int seed = 0; seed < 5; seed++)
        {
            rows.AddRange(Run("linear", seed, (90, true), (90, true), (0, false)));
        }

        DetectorMetrics metrics = Evaluator.Score(() => new ThresholdDetector(), Thresholds, rows, resamples: 50);

        Assert.Equal(new Interval(1, 1, 1), metrics.F1);
        Assert.Equal(new Interval(1, 1, 1), metrics.PrAuc);
        Assert.Equal((1.0, 0), (metrics.EventRecall, metrics.FalseAlarms));
    }

    [Fact]
    public void Score_RunsThatDiffer_IntervalHoldsTheValue()
    {
        List<LabelledSample> rows = [];
        for (int seed = 0; seed < 8; seed++)
        {
            rows.AddRange(Run("linear", seed, (90, true), (90, seed % 2 == 0), (20, seed % 4 == 0)));
        }

        Interval f1 = Evaluator.Score(() => new ThresholdDetector(), Thresholds, rows, resamples: 200).F1;

        Assert.True(f1.Low < f1.Value && f1.Value < f1.High, $"{f1}");
    }

    [Fact]
    public void Score_NoCongestion_Throws() => Assert.Throws<ArgumentException>(
        () => Evaluator.Score(() => new ThresholdDetector(), Thresholds, Run("linear", 1, (90, false))));

    [Fact]
    public void Compare_TestRows_EqualsTheCard()
    {
        LabelledSample[] test = [.. TrainedModel.Rows.Where(r => r.Run.Topology == "fattree-4")];

        Evaluation evaluation = Evaluator.Compare(TrainedModel.Set, test, resamples: 50, seed: 1);

        Assert.Equal(TrainedModel.Result.Card.Metrics, evaluation.Detectors);
        Assert.Equal(TrainedModel.Result.Card.Lead, evaluation.Lead);
        Assert.Contains("| fasttree |", evaluation.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Episodes_CloseTogether_CountAsOne()
    {
        var levels = new (double, bool)[30];
        levels[0] = levels[1] = levels[4] = levels[12] = (90, true);
        List<LabelledSample> rows = Run("linear", 1, levels);

        IReadOnlyList<LabelledSet.Episode> episodes = new LabelledSet(rows).Runs[0].Episodes;

        Assert.Equal([(0L, 500_000_000L), (1_200_000_000L, 1_300_000_000L)], episodes.Select(e => (e.StartNs, e.EndNs)));
    }

    [Fact]
    public void Episodes_StartGiven_IsTaken()
    {
        List<LabelledSample> rows = Run("linear", 1, (90, true), (90, true), (90, true));
        long[] starts = [42_000_000, 42_000_000, 260_000_000];
        rows = [.. rows.Zip(starts, (row, start) => row with { EpisodeStartNs = start })];

        Assert.Equal(
            [(42_000_000L, 200_000_000L), (260_000_000L, 300_000_000L)],
            new LabelledSet(rows).Runs[0].Episodes.Select(e => (e.StartNs, e.EndNs)));
    }

    [Fact]
    public void BestThreshold_SeparableScores_LiesBetween()
    {
        LabelledSample[] rows = [.. Run("linear", 1, (0, false), (0, true), (0, true), (0, false))];

        Assert.Equal(0.5, WindowMetrics.BestThreshold(rows, [0.2, 0.8, 0.9, 0.1]), 1e-12);
    }

    private static List<LabelledSample> Run(string topology, int seed, params (double Depth, bool Congested)[] windows) =>
        [.. windows.Select((w, i) => new LabelledSample(Windows.At(i, w.Depth), w.Congested, new RunKey(topology, seed)))];
}
