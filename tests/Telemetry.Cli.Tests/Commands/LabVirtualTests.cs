using System.Text.Json;
using Telemetry.Cli.Tests.Programs;

namespace Telemetry.Cli.Tests.Commands;

public class LabVirtualTests
{
    private static readonly string[] s_incast =
        ["lab", "--headless", "--virtual", "--topology", "leafspine-2x4", "--scenario", "incast", "--seed", "7", "--seconds", "8", "--json"];

    [Fact]
    public async Task Lab_VirtualTwice_SameBytesAndEveryReportDecoded()
    {
        (int code, string first, string errors) = await TelemetryProcess.RunAsync(s_incast);
        Assert.True(code == 0, errors);
        (_, string second, _) = await TelemetryProcess.RunAsync(s_incast);
        Assert.Equal(first, second);

        using JsonDocument document = JsonDocument.Parse(first);
        JsonElement reports = document.RootElement.GetProperty("reports");
        Assert.True(reports.GetProperty("received").GetInt64() > 1000);
        Assert.Equal(reports.GetProperty("received").GetInt64(), reports.GetProperty("decoded").GetInt64());
        Assert.Equal(0, reports.GetProperty("malformed").GetInt64());
        Assert.Equal(6, document.RootElement.GetProperty("topology").GetProperty("switches").GetInt32());
        foreach (string section in new[] { "flows", "ports", "links", "devices", "alerts", "truth", "store" })
        {
            Assert.True(document.RootElement.TryGetProperty(section, out _), $"no {section}");
        }
    }
}
