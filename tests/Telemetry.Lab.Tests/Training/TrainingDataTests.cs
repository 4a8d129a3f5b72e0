using Telemetry.Inference.Samples;
using Telemetry.Inference.Training;
using Telemetry.Lab.Tests.Running;
using Telemetry.Lab.Training;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Training;

public class TrainingDataTests
{
    private const long Ms = 1_000_000;

    [ProgramFact]
    public void Generate_LinearIncastAndSteady_LabelsOnlyTheIncast()
    {
        IReadOnlyList<LabelledSample> rows = TrainingData.Generate(["linear"], [11], 10);
        LabelledSample[] incast = [.. rows.Where(r => r.Run.Scenario == "incast")];
        LabelledSample[] congested = [.. incast.Where(r => r.Congested)];
        Assert.NotEmpty(congested);
        Assert.True(congested.Length < incast.Length / 4, "congestion is the exception");
        Assert.All(congested, r => Assert.True(r.EpisodeStartNs < r.Sample.EndNs));

        // The label comes from the queue, the sample from telemetry: where they agree on nothing, one of them is broken.
        Assert.True(congested.Average(r => r.Sample.DepthMax) > 45);
        Assert.DoesNotContain(rows, r => r.Run.Scenario == "steady" && r.Congested);
        Assert.Contains(rows, r => r.Run == new RunKey("linear", 11, "steady"));
    }

    [Theory]
    [InlineData("s1-p1", 0, false)]
    [InlineData("s1-p1", 100, true)] // touches the first moment
    [InlineData("s1-p1", 300, true)]
    [InlineData("s1-p1", 400, false)] // the episode ended as the window began
    [InlineData("s1-p1", 900, true)] // lasts until the end of the run
    [InlineData("s1-p2", 200, false)] // another port
    public void Label_Window_CongestedWhenItOverlapsAnEpisodeOfItsPort(string port, long startMs, bool congested)
    {
        TruthEpisode[] episodes =
        [
            new("congestion", "s1-p1", 199 * Ms, 400 * Ms),
            new("linkdown", "s1-p2", 0, null),
            new("congestion", "s1-p1", 800 * Ms, null),
        ];
        PortSample sample = new() { Port = port, StartNs = startMs * Ms, LengthNs = 100 * Ms, Packets = 1 };
        LabelledSample row = Assert.Single(TrainingData.Label([sample], episodes, 1000 * Ms, new RunKey("t", 1)));
        Assert.Equal(congested, row.Congested);
        Assert.Equal(congested ? (startMs < 500 ? 199 : 800) * Ms : null, row.EpisodeStartNs);
    }
}
