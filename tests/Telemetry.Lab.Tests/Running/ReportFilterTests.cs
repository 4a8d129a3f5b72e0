using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Running;
using Telemetry.Lab.Topologies;
using Telemetry.Wire.Flows;
using Telemetry.Wire.Reports;

namespace Telemetry.Lab.Tests.Running;

/// <summary>The report filter of p4/int in a whole fabric: far fewer reports, and none of those that matter missing.</summary>
public sealed class ReportFilterTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const double Seconds = 12;

    /// <summary>A packet of a run: the same in a run with another filter, because reports have wires of their own.</summary>
    private sealed record Seen(string Sink, FlowKey Flow, ushort Id, ulong AtUs, string Path, long LatencyUs);

    [Theory]
    [InlineData("linkfail", 3, 500)]
    [InlineData("incast", 7, 10_000)]
    public void Run_Filtered_TenTimesFewerReportsAndEveryChangeAmongThem(string scenario, int seed, uint latencyUs)
    {
        List<Seen> all = Run(scenario, seed, null);
        List<Seen> filtered = Run(scenario, seed, new ReportFilterOptions(latencyUs, 1_000_000));
        output.WriteLine($"{scenario}: {all.Count} reports, {filtered.Count} with the filter, 1 in {(double)all.Count / filtered.Count:F1}");
        Assert.True(filtered.Count * 10 <= all.Count, $"{all.Count} reports, {filtered.Count} with the filter");

        HashSet<Seen> reported = [.. filtered];
        Assert.Equal(filtered.Count, reported.Count);
        Dictionary<(string, FlowKey), (string Path, long LatencyUs, ulong AtUs)> last = [];
        (int flows, int paths, int latencies, int timers) = (0, 0, 0, 0);
        foreach (Seen packet in all)
        {
            bool isKnown = last.TryGetValue((packet.Sink, packet.Flow), out (string Path, long LatencyUs, ulong AtUs) before);
            bool hasNewPath = isKnown && before.Path != packet.Path;
            bool hasNewLatency = isKnown && Math.Abs(before.LatencyUs - packet.LatencyUs) > latencyUs;
            bool isLate = isKnown && packet.AtUs - before.AtUs >= 1_000_000;
            bool isReported = reported.Remove(packet);
            Assert.True(isReported || (isKnown && !hasNewPath && !hasNewLatency && !isLate), $"not reported: {packet}, before it {before}");
            flows += isKnown ? 0 : 1;
            paths += hasNewPath ? 1 : 0;
            latencies += hasNewLatency ? 1 : 0;
            timers += isLate ? 1 : 0;
            last[(packet.Sink, packet.Flow)] = isReported ? (packet.Path, packet.LatencyUs, packet.AtUs) : before with { Path = packet.Path };
        }

        Assert.Empty(reported);
        output.WriteLine($"{scenario}: {flows} new flows, {paths} changed paths, {latencies} changed latencies, {timers} timers, all reported");
        Assert.True(flows > 0 && latencies > 0 && timers > 0);
        Assert.Equal(scenario == "linkfail", paths > 0);
    }

    private static List<Seen> Run(string scenario, int seed, ReportFilterOptions? filter)
    {
        List<Seen> seen = [];
        DecodedReport report = new();
        DetectorSet detectors = DetectorSet.LoadShipped();
        VirtualLab.Run(
            new LabOptions
            {
                Topology = TopologyCatalog.Load("leafspine-2x4"),
                Scenario = scenario,
                Seed = (ulong)seed,
                Seconds = Seconds,
                Telemetry = new IntOptions { Filter = filter },
                ReportTap = (node, datagram) =>
                {
                    ReportDecoder decoder = new(datagram, report);
                    while (decoder.MoveNext())
                    {
                        Assert.Equal(ReportError.None, report.Error);
                        var hops = report.Hops;
                        string path = "";
                        long latencyUs = 0;
                        foreach (ref readonly var hop in hops)
                        {
                            path += $" {hop.NodeId}:{hop.IngressPort}-{hop.EgressPort}";
                            latencyUs += hop.HopLatency;
                        }

                        seen.Add(new Seen(node.Name, report.Flow, report.IpIdentification, hops[0].EgressTimestamp, path, latencyUs));
                    }
                },
            },
            new Telemetry.Lab.Training.DiscardedHistory(),
            detectors.Create(detectors.Shipped),
            detectors.Card.Thresholds[detectors.Shipped].ToAlertOptions());
        return seen;
    }

}
