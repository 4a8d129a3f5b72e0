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

    [Fact]
    public async Task Bench_SwitchInMemoryAndScale_HasTheNamesThatStay()
    {
        (int code, string output, string errors) = await TelemetryProcess.RunAsync("bench", "switch", "--only", "memory", "scale", "--seconds", "1", "--json");

        Assert.True(code == 0, errors);
        using JsonDocument document = JsonDocument.Parse(output);
        string[] names = ["l3-memory-1core", "int-transit-memory-1core", "fattree8-start-seconds", "fattree8-resident-bytes", "memory-per-switch-bytes"];
        JsonElement[] results = [.. document.RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal(names, results.Select(r => r.GetProperty("name").GetString()));
        Assert.All(results, r => Assert.True(r.GetProperty("value").GetDouble() > 0));
    }

    [Theory]
    [InlineData("--size", "59", "--size takes a whole number from 60 to 1400")]
    [InlineData("--workers", "many", "--workers takes a whole number from 1 to 64")]
    public async Task Bench_SwitchOptionOutOfBounds_IsRefused(string option, string value, string expected)
    {
        (int code, _, string errors) = await TelemetryProcess.RunAsync("bench", "switch", option, value);

        Assert.NotEqual(0, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }
}
