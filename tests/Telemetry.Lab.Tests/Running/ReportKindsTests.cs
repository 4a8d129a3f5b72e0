using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Running;
using Telemetry.Lab.Topologies;
using Telemetry.Wire.Reports;

namespace Telemetry.Lab.Tests.Running;

/// <summary>Every kind of report at once, in whole runs, against what the fabric knows.</summary>
public sealed class ReportKindsTests
{
    private static readonly IntOptions s_all = new()
    {
        ReportDrops = true,
        ReportIntermediate = true,
        Queues = new QueueWatchOptions { DepthHigh = 40, DepthLow = 10, Quota = 20 },
    };

    [Theory]
    [InlineData("int", "incast")]
    [InlineData("int", "linkfail")]
    [InlineData("int_mx", "incast")]
    [InlineData("int_xd", "incast")]
    public void Run_EveryKindOfReport_ArrivesInOrderAndDecodes(string program, string scenario)
    {
        Dictionary<ReportFlags, int> kinds = [];
        Dictionary<uint, uint> sequences = [];
        DecodedReport report = new();
        LabResult result = Run(program, scenario, s_all, (_, datagram) =>
        {
            ReportDecoder decoder = new(datagram, report);
            Assert.Equal(sequences.GetValueOrDefault(report.NodeId), report.Sequence);
            sequences[report.NodeId] = report.Sequence + 1;
            Assert.True(decoder.MoveNext());
            Assert.Equal(ReportError.None, report.Error);
            Assert.True(report.HasFlow);
            kinds[report.Flags] = kinds.GetValueOrDefault(report.Flags) + 1;
            Assert.False(decoder.MoveNext());
            Assert.Equal(ReportError.None, decoder.Error);
        });
        Assert.Equal((0ul, 0ul), (result.Totals.Reports.Malformed, result.Totals.Reports.Lost));
        Assert.Equal((ulong)kinds.Values.Sum(), result.Totals.Reports.Received);
        Assert.True(kinds[ReportFlags.TrackedFlow] > 1000);
        Assert.True(kinds.GetValueOrDefault(ReportFlags.TrackedFlow | ReportFlags.CongestedQueue) + kinds.GetValueOrDefault(ReportFlags.CongestedQueue) > 0 || scenario == "linkfail",
            string.Join(", ", kinds));
    }

    private static LabResult Run(string program, string scenario, IntOptions telemetry, Action<SwitchNode, byte[]> tap)
    {
        DetectorSet detectors = DetectorSet.LoadShipped();
        return VirtualLab.Run(
            new LabOptions
            {
                Topology = TopologyCatalog.Load("leafspine-2x2"),
                Program = Path.Combine(Path.GetDirectoryName(ProgramLocator.Find(null))!, program),
                Scenario = scenario,
                Seed = 5,
                Seconds = 8,
                Telemetry = telemetry,
                ReportTap = tap,
            },
            new Telemetry.Lab.Training.DiscardedHistory(),
            detectors.Create(detectors.Shipped),
            detectors.Card.Thresholds[detectors.Shipped].ToAlertOptions());
    }
}
