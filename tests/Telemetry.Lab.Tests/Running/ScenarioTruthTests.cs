using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Tests.Running;

/// <summary>Every scenario: what telemetry says of hops, queues, links, paths and loss is what the fabric itself did.</summary>
public class ScenarioTruthTests
{
    // Of a frame: Ethernet, its check, what stands before and after it on a wire.
    private const int LargestFrameBytes = 1538;
    private const double ClockNs = 1000;

    // The loss of a flow is known once it sent a few packets.
    private const int PacketsToTrust = 4;

    // Packets lost behind the last one that arrived leave no gap.
    private const int LostAtTheEnd = 5;

    public static TheoryData<string> Names => [.. ScenarioCatalog.Names];

    [ProgramTheory, MemberData(nameof(Names))]
    public void Scenario_LeafSpine_TelemetryEqualsTruth(string scenario)
    {
        LabResult result = VirtualLabTests.Run("leafspine-2x2", scenario, 3, 5);
        ReportCounters reports = result.Totals.Reports;
        Assert.Equal((0UL, 0UL, reports.Received), (reports.Malformed, reports.Dropped, reports.Decoded));
        Assert.Equal(result.Fabric!.ReportDatagrams, (long)(reports.Received + reports.Lost));
        bool complete = scenario != "reportloss";
        Assert.Equal(complete, reports.Lost == 0);
        if (complete)
        {
            RunCheck.PortsEqualTruth(result);
        }

        FlowsEqualTruth(result, complete);
        LinksEqualTruth(result, scenario is "slowlink" or "qosdegrade");
    }

    private static void FlowsEqualTruth(LabResult result, bool complete)
    {
        ILookup<(uint, uint), FlowWindow> byPort = result.Totals.Flows.ToLookup(f => (f.Key.Protocol, f.Key.DstPort));
        foreach (FlowTruth truth in result.Truth!.Flows.Where(f => f.PacketsDelivered > 0))
        {
            FlowWindow[] told = [.. byPort[(truth.Key.Protocol, truth.Key.DestinationPort)]];
            string name = $"{truth.Source}>{truth.Destination} {truth.Key}: sent {truth.PacketsSent}, delivered {truth.PacketsDelivered}";
            long packets = told.Sum(f => (long)f.Packets);
            Assert.True(complete ? packets == truth.PacketsDelivered : packets <= truth.PacketsDelivered, $"{name}, told {packets}");
            if (told.Length != 1)
            {
                continue; // a flood: each packet is a flow of its own, of which nothing else is known
            }

            FlowWindow flow = told[0];
            Assert.Equal((truth.Source, truth.Destination), (flow.Src, flow.Dst));
            Assert.Equal(truth.Path, flow.Path);
            Assert.Equal((name, truth.PathChanges), (name, complete ? (int)flow.PathChanges : truth.PathChanges));
            Assert.True(flow.HasLost || truth.PacketsSent <= PacketsToTrust || !complete, $"{name}, loss is not known");
            Assert.InRange((long)flow.Lost, Math.Max(0, truth.PacketsLost - LostAtTheEnd) * (complete ? 1 : 0), truth.PacketsLost);
        }
    }

    private static void LinksEqualTruth(LabResult result, bool slowed)
    {
        int compared = 0;
        foreach (LinkWindow told in result.Totals.Links)
        {
            Link link = Assert.Single(result.Topology.Links, l =>
                (l.A.Device == told.A && l.A.Port == told.APort && l.B.Device == told.B) || (l.B.Device == told.A && l.B.Port == told.APort && l.A.Device == told.B));
            ValueHistogram latency = ValueHistogram.FromDistribution(told.LatencyNs, ValueHistogram.RunLimit);
            double longestNs = link.DelayNs + (LargestFrameBytes * 8e9 / link.RateBitsPerSecond) + ClockNs;
            Assert.Equal((long)told.Packets, latency.Count);
            Assert.True(latency.Min >= link.DelayNs - ClockNs, $"{told.A}-{told.B}: {latency.Min} ns over a link of {link.DelayNs} ns");
            Assert.True(slowed || latency.Max <= longestNs, $"{told.A}-{told.B}: {latency.Max} ns where {longestNs} ns are possible");
            compared++;
        }

        Assert.True(compared > 0, "no link was measured");
    }
}
