using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Lab.Running;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Running;

/// <summary>Holds what telemetry says about a run against what the fabric itself saw.</summary>
internal static class RunCheck
{
    private const double ClockNs = 1000;

    public static void ReportsAreComplete(LabResult result)
    {
        ReportCounters reports = result.Totals.Reports;
        Assert.True(reports.Received > 0, "no report was received");
        Assert.Equal((reports.Received, 0UL, 0UL, 0UL), (reports.Decoded, reports.Malformed, reports.Lost, reports.Dropped));
        Assert.Equal((long)reports.Received, result.Fabric!.ReportDatagrams);
        Assert.Equal((0L, 0L), (result.Fabric.BadReportFrames, result.Fabric.BadHostFrames));
    }

    public static void PortsEqualTruth(LabResult result)
    {
        Dictionary<(string, uint), PortWindow> measured = result.Totals.Ports.ToDictionary(p => (p.Switch, p.Port));
        int compared = 0;
        foreach (PortTruth truth in result.Truth!.Ports)
        {
            measured.TryGetValue((truth.Switch, (uint)truth.Port), out PortWindow? port);
            Assert.Equal((truth.Entity, truth.MeasuredPackets), (truth.Entity, (long)(port?.Packets ?? 0)));
            if (truth.MeasuredPackets == 0)
            {
                continue;
            }

            ValueHistogram latency = ValueHistogram.FromDistribution(port!.HopLatencyNs, ValueHistogram.RunLimit);
            ValueHistogram depth = ValueHistogram.FromDistribution(port.QueueDepth, ValueHistogram.RunLimit);
            foreach (double q in new[] { 0, 0.1, 0.5, 0.9, 0.99, 1 })
            {
                double apart = latency.Quantile(q) - truth.HopLatencyNs.Quantile(q)!.Value;
                Assert.True(Math.Abs(apart) <= ClockNs, $"{truth.Entity} latency at {q}: {apart} ns apart");
                long packets = depth.Quantile(q) - truth.DepthQuantile(q)!.Value;
                Assert.True(Math.Abs(packets) <= 1, $"{truth.Entity} depth at {q}: {packets} packets apart");
            }

            compared++;
        }

        Assert.True(compared > 0, "no port was measured");
    }

    public static void PathsEqualTruth(LabResult result)
    {
        Dictionary<(uint, uint, uint, uint, uint), FlowWindow> measured = result.Totals.Flows.ToDictionary(
            f => (f.Key.SrcAddress, f.Key.DstAddress, f.Key.Protocol, f.Key.SrcPort, f.Key.DstPort));
        foreach (FlowTruth truth in result.Truth!.Flows.Where(f => f.Path.Count > 0))
        {
            Lab.Traffic.FlowKey key = truth.Key;
            Assert.True(
                measured.TryGetValue((key.Source, key.Destination, key.Protocol, key.SourcePort, key.DestinationPort), out FlowWindow? flow),
                $"{truth.Source}>{truth.Destination} {key} crossed switches, but telemetry does not know it");
            Assert.Equal(truth.Path, flow.Path);
            Assert.Equal((truth.Source, truth.Destination), (flow.Src, flow.Dst));
        }
    }

    /// <summary>Every congestion episode has an alert on its port that starts within 300 ms of it and overlaps it.</summary>
    public static void EpisodesAreAlerted(LabResult result, int maxWithoutTruth)
    {
        List<Alert> unexplained = [.. result.Totals.Alerts.Where(a => a.Kind == "congestion")];
        foreach (TruthEpisode episode in result.Episodes.Where(e => e.Kind == "congestion"))
        {
            int covering = unexplained.RemoveAll(a =>
                a.Entity == episode.Entity && Math.Abs(a.StartNs - episode.StartNs) <= 300_000_000);
            Assert.True(covering > 0, $"no alert for {episode}; alerts: {string.Join("; ", result.Totals.Alerts.Select(a => $"{a.Entity} {a.StartNs / 1e9}"))}");
        }

        Assert.True(
            unexplained.Count <= maxWithoutTruth,
            $"alerts without truth: {string.Join("; ", unexplained.Select(a => $"{a.Entity} {a.StartNs / 1e9}-{a.EndNs / 1e9} {a.Score}"))}");
    }
}
