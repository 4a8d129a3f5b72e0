using Telemetry.Inference.Detectors;
using Telemetry.Inference.Models;
using Telemetry.Inference.Samples;
using Telemetry.Inference.Tests.Synthetic;
using Telemetry.Inference.Training;

namespace Telemetry.Inference.Tests.Training;

public sealed class TrainerTests
{
    private static readonly TrainOptions Quick = new()
    {
        Date = "2026-01-01",
        Source = "test",
        Trees = 10,
        Resamples = 20,
        ValidationTopologies = ["ring"],
        TestTopologies = ["fattree-4"],
    };

    [Fact]
    public void Fit_SyntheticRuns_BeatsConstantAndThreshold()
    {
        ModelCard card = TrainedModel.Result.Card;

        DetectorMetrics model = card.Metrics.Single(m => m.Detector == "fasttree");
        Assert.Equal("fasttree", card.Shipped);
        Assert.True(model.PrAuc.Low > card.Metrics.Single(m => m.Detector == "constant").PrAuc.High);
        Assert.True(model.F1.Value > card.Metrics.Single(m => m.Detector == "threshold").F1.Value);
        Assert.True(model.EventRecall > 0.85, $"{model.EventRecall}");
        Assert.InRange(TrainedModel.Result.Model.Length, 1, 200_000);
    }

    [Fact]
    public void Fit_Split_GoesByTopology()
    {
        IReadOnlyList<DataSummary> data = TrainedModel.Result.Card.Data;

        Assert.Equal(["train", "validation", "test"], data.Select(d => d.Part));
        Assert.Equal(["linear", "star"], data[0].Topologies);
        Assert.Equal(["ring"], data[1].Topologies);
        Assert.Equal(["fattree-4"], data[2].Topologies);
        Assert.Equal(TrainedModel.Rows.Count, data.Sum(d => d.Rows));
    }

    [Theory]
    [InlineData("linear", "Train")]
    [InlineData("ring", "Validation")]
    [InlineData("ring-5", "Validation")]
    [InlineData("ringlet", "Train")]
    [InlineData("leafspine-2x2", "Train")]
    [InlineData("leafspine-2x4", "Test")]
    public void PartOf_Topology_ByNameOrFamily(string topology, string part)
    {
        var options = new TrainOptions { Date = "", Source = "" };

        Assert.Equal(part, options.PartOf(new RunKey(topology, 1), bySeed: false).ToString());
    }

    [Fact]
    public void Fit_NoNamedTopology_SplitsBySeed()
    {
        List<LabelledSample> rows = SyntheticRuns.Create(["linear"], seeds: 5, ports: 3, seconds: 10);

        FitResult result = Trainer.Fit(rows, Quick);

        Assert.Equal([1L, 2, 5], result.Card.Data[0].Seeds);
        Assert.Equal([3L], result.Card.Data[1].Seeds);
        Assert.Equal([4L], result.Card.Data[2].Seeds);
    }

    [Fact]
    public void Fit_SameRowsInOtherOrder_SameVerdictsAndThresholds()
    {
        List<LabelledSample> rows = SyntheticRuns.Create(["linear", "ring", "fattree-4"], seeds: 1, ports: 4, seconds: 10);
        FitResult first = Trainer.Fit(rows, Quick);
        rows.Reverse();
        FitResult second = Trainer.Fit(rows, Quick);

        Assert.Equal(first.Card.Thresholds, second.Card.Thresholds);
        Assert.Equal(Scores(first), Scores(second));

        double[] Scores(FitResult result)
        {
            DetectorSet set = DetectorSet.Load(result.Model, result.Card);
            return Evaluator.Scores(() => set.Create("fasttree"), new LabelledSet(rows));
        }
    }

    [Fact]
    public void Fit_PartWithoutCongestion_NamesThePart()
    {
        List<LabelledSample> rows = SyntheticRuns.Create(["linear"], seeds: 2, ports: 2, seconds: 5);

        ArgumentException e = Assert.Throws<ArgumentException>(() => Trainer.Fit(rows, Quick));

        Assert.Contains("the validation part has 0 windows of 0 runs", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_OptionsOutOfBounds_NamesAll()
    {
        TrainOptions options = Quick with { Trees = 0, Leaves = 1, TestTopologies = ["ring"] };

        ArgumentException e = Assert.Throws<ArgumentException>(() => Trainer.Fit([], options));

        Assert.Equal("Trees 0 is not in 1..1000; Leaves 1 is not in 2..256; topology ring is named for validation and for test", e.Message);
    }

    [Fact]
    public void Fit_LabelsWithoutSignal_ShipsABaseline()
    {
        var random = new Random(5);
        List<LabelledSample> rows = [];
        foreach (string topology in (string[])["linear", "ring", "fattree-4"])
        {
            for (int i = 0; i < 400; i++)
            {
                var sample = new PortSample
                {
                    Port = "s1-p1", StartNs = i * 100_000_000L, LengthNs = 100_000_000, Packets = 80, QueueCapacity = 64,
                    RateBps = 10_000_000, DepthMean = random.Next(64), DepthP50 = random.Next(64), DepthMax = random.Next(64),
                };
                rows.Add(new LabelledSample(sample, random.Next(3) == 0, new RunKey(topology, i / 100)));
            }
        }

        ModelCard card = Trainer.Fit(rows, Quick).Card;

        Assert.False(card.Lead.Wins);
        Assert.Equal(card.Lead.Baseline, card.Shipped);
        Assert.NotEqual("fasttree", card.Shipped);
    }
}
