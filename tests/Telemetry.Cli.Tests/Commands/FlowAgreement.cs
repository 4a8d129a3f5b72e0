using System.Text.Json;

namespace Telemetry.Cli.Tests.Commands;

/// <summary>Holds what a lab's collector says of flows against the lab's own truth, in its JSON document.</summary>
internal static class FlowAgreement
{
    /// <summary>Every flow that arrived was seen, on its path, with its loss.</summary>
    public static void Check(JsonElement document)
    {
        Dictionary<string, JsonElement> seen = document.GetProperty("flows").EnumerateArray().ToDictionary(Key);
        JsonElement[] flows = [.. document.GetProperty("fabric").GetProperty("flows").EnumerateArray().Where(f => f.GetProperty("delivered").GetInt64() > 0)];
        Assert.NotEmpty(flows);
        foreach (JsonElement flow in flows)
        {
            Assert.True(seen.TryGetValue(Key(flow), out JsonElement telemetry), $"the collector has no flow {Key(flow)}");
            if (flow.GetProperty("path_changes").GetInt32() == 0)
            {
                Assert.Equal(Path(flow), Path(telemetry));
            }

            // Gaps show no loss after a flow's last packet.
            Assert.InRange(telemetry.GetProperty("loss").GetDouble(), flow.GetProperty("loss").GetDouble() - 0.03, flow.GetProperty("loss").GetDouble() + 0.03);
        }
    }

    private static string Path(JsonElement flow) => string.Join(' ', flow.GetProperty("path").EnumerateArray().Select(s => s.GetString()));

    private static string Key(JsonElement flow) => string.Join(
        ' ', new[] { "src", "dst", "protocol", "src_port", "dst_port" }.Select(name => flow.GetProperty(name).ToString()));
}
