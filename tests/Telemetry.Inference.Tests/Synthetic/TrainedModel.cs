using Telemetry.Inference.Detectors;
using Telemetry.Inference.Training;

namespace Telemetry.Inference.Tests.Synthetic;

/// <summary>One model trained on simulated queues, once for all tests.</summary>
internal static class TrainedModel
{
    private static readonly Lazy<List<LabelledSample>> LazyRows = new(() =>
        SyntheticRuns.Create(["linear", "star", "ring", "fattree-4"], seeds: 2, ports: 6, seconds: 30));

    private static readonly Lazy<FitResult> LazyResult = new(() => Trainer.Fit(LazyRows.Value, new TrainOptions
    {
        Date = "2026-01-01",
        Source = "test",
        Trees = 40,
        Resamples = 50,
    }));

    public static List<LabelledSample> Rows => LazyRows.Value;

    public static FitResult Result => LazyResult.Value;

    public static DetectorSet Set => DetectorSet.Load(Result.Model, Result.Card);
}
