using System.Text.Json;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Lab.Reporting;
using Telemetry.Lab.Running;
using Telemetry.Lab.Topologies;

namespace Telemetry.Lab.Tests.Reporting;

public class LabReportTests
{
    [Fact]
    public void ToUtf8_Totals_HasTheDesignsFieldsAndUnits()
    {
        Totals totals = new() { StartNs = 1_000_000_000, EndNs = 3_000_000_000, StoredRows = 12, Reports = new ReportCounters { Received = 3, Decoded = 2, Malformed = 1 } };
        totals.Ports.Add(new PortWindow
        {
            Switch = "s10", Port = 1, Packets = 2, HopLatencyNs = Of(1000, 3000), QueueDepth = Of(0, 7), TxBytes = 250_000, Drops = 4,
        });
        totals.Ports.Add(new PortWindow { Switch = "s2", Port = 1 });
        FlowWindow flow = new() { Key = new FlowKey { Protocol = 17, SrcPort = 1, DstPort = 2 }, Src = "h1", Dst = "h2", Packets = 9, Lost = 1, LatencyNs = Of(2500) };
        flow.Path.AddRange(["s1", "s2"]);
        totals.Flows.Add(flow);
        totals.Links.Add(new LinkWindow { A = "s2", APort = 3, B = "s1", BPort = 3, LatencyNs = Of(100_000) });
        totals.LinkStates.Add(new LinkStatus { A = "s1", APort = 3, B = "s2", BPort = 3, State = LinkState.Down });
        totals.Devices.Add(new DeviceStatus { Name = "s1", Kind = DeviceKind.Switch, State = DeviceState.Up, LastSeenNs = 2_500_000_000 });
        totals.Alerts.Add(new Alert { Kind = "congestion", Entity = "s1-p1", StartNs = 1_500_000_000, Score = 0.98764, Explanation = "full" });

        JsonElement json = Read(new LabResult(Options(), 1_000_000_000, 2_000_000_000, totals, null, null));
        Assert.Equal("3 6 8", $"{json.GetProperty("topology").GetProperty("switches")} {json.GetProperty("topology").GetProperty("hosts")} {json.GetProperty("topology").GetProperty("links")}");
        Assert.Equal("""{"received":3,"decoded":2,"malformed":1,"lost":0,"dropped":0,"errors":{}}""", Compact(json.GetProperty("reports")));
        Assert.Equal("""{"src":"h1","dst":"h2","protocol":"udp","src_port":1,"dst_port":2,"path":["s1","s2"],"path_changes":0,"packets":9,"latency_us":{"p50":2.5,"p99":2.5},"loss":0.1}""", Compact(json.GetProperty("flows")[0]));
        Assert.Equal("""{"switch":"s2","port":1,"packets":0,"hop_latency_us":{"p50":null,"p99":null},"queue":{"p50":null,"max":null},"tx_mbps":null,"drops":null,"errors":null}""", Compact(json.GetProperty("ports")[0]));
        Assert.Equal("""{"switch":"s10","port":1,"packets":2,"hop_latency_us":{"p50":1,"p99":3},"queue":{"p50":0,"max":7},"tx_mbps":1,"drops":4,"errors":null}""", Compact(json.GetProperty("ports")[1]));
        Assert.Equal("""{"a":"s1","a_port":3,"b":"s2","b_port":3,"latency_us":{"p50":100},"state":"down"}""", Compact(json.GetProperty("links")[0]));
        Assert.Equal("""{"a":"s2","a_port":4,"b":"s3","b_port":3,"latency_us":{"p50":null},"state":"unknown"}""", Compact(json.GetProperty("links")[1]));
        Assert.Equal("""{"name":"s1","kind":"switch","state":"up","cpu_percent":null,"memory_bytes":null,"last_seen":1.5}""", Compact(json.GetProperty("devices")[0]));
        Assert.Equal("""{"kind":"congestion","entity":"s1-p1","start":0.5,"end":null,"detected":-1,"score":0.9876,"explanation":"full","detector":""}""", Compact(json.GetProperty("alerts")[0]));
        Assert.Equal(12, json.GetProperty("store").GetProperty("rows").GetInt32());
        Assert.Empty(json.GetProperty("truth").EnumerateArray());
        Assert.False(json.TryGetProperty("fabric", out _));
    }

    private static LabOptions Options() => new() { Topology = TopologyCatalog.Load("linear") };

    private static JsonElement Read(LabResult result) => JsonDocument.Parse(LabReport.ToUtf8(result)).RootElement;

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);

    private static Distribution Of(params long[] values)
    {
        ValueHistogram histogram = new();
        foreach (long value in values)
        {
            histogram.Add(value);
        }

        return histogram.ToDistribution();
    }
}
