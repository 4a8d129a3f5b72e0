using System.Text.Json;
using Telemetry.Cli.Commands;

namespace Telemetry.Cli.Tests.Commands;

public class LabMatrixCellTests
{
    private const string Document = """
        {"ping": {"sent": 2, "received": 2},
         "flows": [{"src": "h1", "dst": "h2", "protocol": "udp", "src_port": 1, "dst_port": 2, "path": ["s1", "s2"], "loss": 0.02}],
         "fabric": {"flows": [{"src": "h1", "dst": "h2", "protocol": "udp", "src_port": 1, "dst_port": 2, "path": ["s1", "s2"], "path_changes": 0, "delivered": 9, "loss": 0.01}]},
         "truth": [{"kind": "linkdown", "entity": "s1-s2"}],
         "alerts": [{"kind": "linkdown", "entity": "s1-s2"}, {"kind": "linkdown", "entity": "s1-s2"}, {"kind": "silent", "entity": "s1"}]}
        """;

    [Fact]
    public void With_TelemetryAndTruthAgree_IsRight()
    {
        LabMatrixCell cell = Read(Document);

        Assert.True(cell.IsRight);
        Assert.Equal((1, 1), cell.Losses);
        Assert.Equal((1, 1), cell.Alerts);
        Assert.Equal(["silent s1"], cell.Others);
        Assert.Equal(LabMatrixCell.Titles.Count, cell.Cells().Count);
    }

    [Theory]
    [InlineData("\"received\": 2", "\"received\": 1")] // a ping is lost
    [InlineData("\"path\": [\"s1\", \"s2\"], \"loss\"", "\"path\": [\"s1\"], \"loss\"")] // a hop was not seen
    [InlineData("\"src_port\": 1, \"dst_port\": 2, \"path\": [\"s1\", \"s2\"], \"loss\"", "\"src_port\": 3, \"dst_port\": 2, \"path\": [\"s1\", \"s2\"], \"loss\"")] // nor the flow
    public void With_SomethingIsMissing_IsWrong(string right, string wrong) =>
        Assert.False(Read(Document.Replace(right, wrong, StringComparison.Ordinal)).IsRight);

    [Fact]
    public void With_LossIsFarOff_IsCounted() =>
        Assert.Equal((0, 1), Read(Document.Replace("0.02", "0.2", StringComparison.Ordinal)).Losses);

    private static LabMatrixCell Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return new LabMatrixCell("linear", "soft", "linkfail").With(document.RootElement);
    }
}
