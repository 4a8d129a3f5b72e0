using System.Text.Json;
using Telemetry.Cli.Tests.Programs;

namespace Telemetry.Cli.Tests.Commands;

public class BenchCommandTests
{
    [Fact]
    public async Task Bench_PredictJson_HasTheDocumentedShape()
    {
        (int code, string output, string errors) = await TelemetryProcess.RunAsync("bench", "predict", "--json");

        Assert.True(code == 0, errors);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal("predict", document.RootElement.GetProperty("bench").GetString());
        Assert.Equal(Environment.ProcessorCount, document.RootElement.GetProperty("cores").GetInt32());
        JsonElement verdict = document.RootElement.GetProperty("results").EnumerateArray().Single(r => r.GetProperty("name").GetString() == "verdict");
        Assert.Equal("us", verdict.GetProperty("unit").GetString());
        Assert.True(verdict.GetProperty("value").GetDouble() > 0);
    }

    [Fact]
    public async Task Bench_NoRuns_IsRefused()
    {
        (int code, string output, string errors) = await TelemetryProcess.RunAsync("bench", "predict", "--runs", "0");

        Assert.NotEqual(0, code);
        Assert.Equal("--runs takes a whole number from 1 to 100", errors.Trim());
        Assert.Empty(output);
    }
}
