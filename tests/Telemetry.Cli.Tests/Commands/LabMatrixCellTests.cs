using System.Text.Json;
using Telemetry.Cli.Commands;

namespace Telemetry.Cli.Tests.Commands;

public class LabMatrixCellTests
{
    private const string Document = """
        {"ping": {"sent": 2, "received": 2},
         "flows": [{"src": "h1", "dst": "h2", "protocol": "udp", "src_port": 1, "dst_port": 2, "path": ["s1", "s2"], "path_changes": 0, "loss": 0.02}],
         "ports": [{"switch": "s1", "port": 1, "hop_latency_us": {"p50": 980}, "queue": {"max": 31}}],
         "fabric": {
          "ports": [{"switch": "s1", "port": 1, "packets": 500, "hop_latency_us": {"p50": 1000}, "queue": {"max": 30}, "inside_max": 50},
                    {"switch": "s2", "port": 1, "packets": 3, "hop_latency_us": {"p50": 1}, "queue": {"max": 0}, "inside_max": 0}],
          "flows": [{"src": "h1", "dst": "h2", "protocol": "udp", "src_port": 1, "dst_port": 2, "varies_source": false, "path": ["s1", "s2"], "path_changes": 0,
                     "sent": 1000, "delivered": 980, "wire": {"entered": 1000, "left": 980, "gaps": 18}, "loss": 0.02}]},
         "truth": [],
         "alerts": [],
         "check": {"holds": false,
          "kinds": [{"kind": "congestion", "truth": 2, "covered": 1}, {"kind": "linkdown", "truth": 1, "covered": 1}, {"kind": "silent", "truth": 0, "covered": 0}],
          "missed": [{"kind": "congestion", "entity": "s1-p1", "start": 4.5, "end": 5}],
          "extra": [{"kind": "silent", "entity": "s1", "start": 3.5}]}}
        """;

    private const string Flow = "\"src_port\": 1, \"dst_port\": 2, \"path\"";

    [Fact]
    public void With_TelemetryAndTruthAgree_IsRight()
    {
        LabMatrixCell cell = Read(Document);

        Assert.True(cell.IsRight, string.Join('\n', cell.Differences));
        Assert.Equal(["2/2", "1/1", "1/1", "1/1", "1/1", "1/1", "2/3", "1", "right"], cell.Cells().Skip(4));
        Assert.Equal(["silent s1 from 3.5 s"], cell.Extra);
        Assert.Equal(["no alert for congestion s1-p1 from 4.5 s"], cell.Differences);
        Assert.Equal(LabMatrixCell.Titles.Count, cell.Cells().Count);
    }

    [Theory]
    [InlineData("\"received\": 2", "\"received\": 1", "")]
    [InlineData("\"path\": [\"s1\", \"s2\"], \"path_changes\": 0, \"loss\"", "\"path\": [\"s1\"], \"path_changes\": 0, \"loss\"", "path s1, true s1 s2")]
    [InlineData("\"path_changes\": 0,\n", "\"path_changes\": 2,\n", "path s1 s2 changed, which was not seen")]
    [InlineData(Flow, "\"src_port\": 3, \"dst_port\": 2, \"path\"", "was not seen")]
    [InlineData("\"entered\": 1000", "\"entered\": 1001", "sent 1000, entered 1001, left 980, delivered 980")]
    [InlineData("\"left\": 980", "\"left\": 979", "left 979, delivered 980")]
    [InlineData("\"loss\": 0.02}],\n", "\"loss\": 0.03}],\n", "loss 3.0 %, true 1.8 % of 998")]
    [InlineData("{\"max\": 31}", "{\"max\": 34}", "queue 34, true 30, inside 50")]
    [InlineData("{\"max\": 31}", "{\"max\": 26}", "queue 26, true 30, inside 50")]
    [InlineData("\"truth\": 1, \"covered\": 1", "\"truth\": 1, \"covered\": 0", "")]
    public void With_SomethingDisagrees_IsWrongAndSaysWhat(string right, string wrong, string difference)
    {
        Assert.Contains(right, Document, StringComparison.Ordinal);

        LabMatrixCell cell = Read(Document.Replace(right, wrong, StringComparison.Ordinal));

        Assert.False(cell.IsRight);
        Assert.Contains(cell.Differences, d => d.Contains(difference, StringComparison.Ordinal));
    }

    [Fact]
    public void With_QueueOfBmv2_MayBeWhatWasInsideTheSwitch()
    {
        Assert.True(Read(Document.Replace("{\"max\": 31}", "{\"max\": 52}", StringComparison.Ordinal), "bmv2").IsRight);
        Assert.False(Read(Document.Replace("{\"max\": 31}", "{\"max\": 53}", StringComparison.Ordinal), "bmv2").IsRight);
        Assert.True(Read(Document.Replace("{\"max\": 31}", "{\"max\": 15}", StringComparison.Ordinal), "bmv2").IsRight);
        Assert.False(Read(Document.Replace("{\"max\": 31}", "{\"max\": 14}", StringComparison.Ordinal), "bmv2").IsRight);
    }

    [Theory]
    [InlineData("soft", 905, "1/1")]
    [InlineData("soft", 895, "0/1")]
    [InlineData("soft", 1105, "0/1")]
    [InlineData("bmv2", 405, "1/1")]
    [InlineData("bmv2", 395, "0/1")]
    [InlineData("bmv2", 1105, "0/1")]
    public void With_LatencyIsOff_IsShownWithoutVerdict(string target, int medianUs, string shown)
    {
        LabMatrixCell cell = Read(Document.Replace("{\"p50\": 980}", $"{{\"p50\": {medianUs}}}", StringComparison.Ordinal), target);

        Assert.Equal(shown, cell.Latencies.ToString());
        Assert.True(cell.IsRight);
    }

    [Theory]
    [InlineData(4, "-")]
    [InlineData(5, "0/1")]
    public void With_LossIsUnknown_IsRightOfShortFlowsOnly(int delivered, string shown)
    {
        string document = Document.Replace("\"loss\": 0.02}],\n", "\"loss\": null}],\n", StringComparison.Ordinal)
            .Replace("980, \"wire\": {\"entered\": 1000, \"left\": 980", $"{delivered}, \"wire\": {{\"entered\": 1000, \"left\": {delivered}", StringComparison.Ordinal);

        Assert.Equal(shown, Read(document).Losses.ToString());
    }

    [Fact]
    public void With_CongestionOfIncastIsMissed_IsWrong() => Assert.False(Read(Document, "soft", "incast").IsRight);

    [Fact]
    public void With_FloodOfForgedSources_IsNotLookedForByItsAddress()
    {
        string document = Document.Replace("\"varies_source\": false", "\"varies_source\": true", StringComparison.Ordinal);

        Assert.Equal("-", Read(document.Replace(Flow, "\"src_port\": 3, \"dst_port\": 2, \"path\"", StringComparison.Ordinal)).Paths.ToString());
    }

    private static LabMatrixCell Read(string json, string target = "soft", string scenario = "linkfail")
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return new LabMatrixCell("linear", target, scenario).With(document.RootElement);
    }
}
