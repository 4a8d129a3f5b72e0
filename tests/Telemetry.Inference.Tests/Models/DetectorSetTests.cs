using System.Text;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Models;
using Telemetry.Inference.Tests.Synthetic;

namespace Telemetry.Inference.Tests.Models;

public sealed class DetectorSetTests
{
    [Fact]
    public void LoadShipped_Embedded_MakesWhatTheCardSays()
    {
        DetectorSet set = DetectorSet.LoadShipped();

        Assert.Equal("congestion", set.Card.Name);
        Assert.Equal(set.Shipped, set.CreateMonitor().Detector);
        Assert.Equal(set.Card.Lead.Wins ? "fasttree" : set.Card.Lead.Baseline, set.Shipped);
        Assert.All(DetectorSet.Names, name => Assert.Equal(name, set.Create(name).Name));
    }

    [Fact]
    public void Load_WrittenCard_SameThresholds()
    {
        using var model = new MemoryStream(TrainedModel.Result.Model);
        using var card = new MemoryStream(TrainedModel.Result.Card.ToJson());

        DetectorSet set = DetectorSet.Load(model, card);

        Assert.Equal(TrainedModel.Result.Card.Thresholds, set.Card.Thresholds);
        Assert.Equal(TrainedModel.Result.Card.ToJson(), set.Card.ToJson());
    }

    [Fact]
    public void Load_BaselineThatTied_IsWhatShips()
    {
        ModelCard card = TrainedModel.Result.Card with { Shipped = "threshold" };

        CongestionMonitorName(DetectorSet.Load(TrainedModel.Result.Model, card), "threshold");

        static void CongestionMonitorName(DetectorSet set, string name) => Assert.Equal(name, set.CreateMonitor().Detector);
    }

    [Theory, InlineData(0), InlineData(100), InlineData(30_000)]
    public void Load_ModelCutShort_OneClearError(int length)
    {
        byte[] cut = TrainedModel.Result.Model[..Math.Min(length, TrainedModel.Result.Model.Length - 1)];

        ModelException e = Assert.Throws<ModelException>(() => DetectorSet.Load(cut, TrainedModel.Result.Card));

        Assert.StartsWith("the model file is not a zip, or a damaged one", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DamagedInside_ModelException()
    {
        var random = new Random(4);
        for (int i = 0; i < 200; i++)
        {
            byte[] damaged = [.. TrainedModel.Result.Model];
            damaged[random.Next(damaged.Length)] ^= 0x55;
            Assert.Throws<ModelException>(() => DetectorSet.Load(damaged, TrainedModel.Result.Card));
        }
    }

    [Fact]
    public void Load_CardOfAnotherModel_SaysSo()
    {
        ModelCard card = TrainedModel.Result.Card with { ModelSha256 = "00" };

        ModelException e = Assert.Throws<ModelException>(() => DetectorSet.Load(TrainedModel.Result.Model, card));

        Assert.StartsWith("the model card is of another model", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the model card is not one")]
    [InlineData("null", "the model card is empty")]
    [InlineData("{}", "the model card is not one")]
    [InlineData("[1,", "the model card is not one")]
    public void Parse_NotACard_OneClearError(string json, string expected)
    {
        ModelException e = Assert.Throws<ModelException>(() => ModelCard.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_UnknownDetectorAndThresholds_NamesBoth()
    {
        var thresholds = TrainedModel.Result.Card.Thresholds.ToDictionary();
        thresholds.Remove("ewma");
        thresholds["cusum"] = new(0, 0, 0);
        byte[] json = (TrainedModel.Result.Card with { Shipped = "oracle", Thresholds = thresholds }).ToJson();

        ModelException e = Assert.Throws<ModelException>(() => ModelCard.Parse(json));

        Assert.Contains("no thresholds for ewma; thresholds of cusum are out of bounds; it ships oracle", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_UnknownName_NamesTheKnown()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => TrainedModel.Set.Create("oracle"));

        Assert.StartsWith("no detector is called oracle; known are fasttree, threshold", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToMarkdown_Card_HoldsEveryDetectorAndFeature()
    {
        string text = TrainedModel.Result.Card.ToMarkdown();

        Assert.All(DetectorSet.Names, name => Assert.Contains($"| {name} |", text, StringComparison.Ordinal));
        Assert.All(TrainedModel.Result.Card.Features, f => Assert.Contains($"| {f.Name} | {f.Meaning} |", text, StringComparison.Ordinal));
    }

    [Fact]
    public void ToMarkdown_ManySeeds_AsRanges()
    {
        ModelCard card = TrainedModel.Result.Card;
        DataSummary part = card.Data[0] with { Topologies = ["x"], Seeds = [1, 2, 3, 7, 9, 10] };

        Assert.Contains("| train | x | 1-3, 7, 9-10 |", (card with { Data = [part] }).ToMarkdown(), StringComparison.Ordinal);
    }
}
