using Telemetry.Collector.Contracts;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Reporting;
using Telemetry.Lab.Running;
using Telemetry.Lab.Topologies;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Running;

public class VirtualLabTests
{
    [ProgramFact]
    public void Steady_Linear_TelemetryEqualsTheFabricAndNobodyAlerts()
    {
        LabResult result = Run("linear", "steady", 1, 6);
        RunCheck.ReportsAreComplete(result);
        RunCheck.PortsEqualTruth(result);
        RunCheck.PathsEqualTruth(result);
        Assert.Empty(result.Episodes);
        Assert.Empty(result.Totals.Alerts);
        Assert.Equal(["s1-s2 Up", "s2-s3 Up"], result.Totals.LinkStates.Where(l => l.A[0] == 's').Select(l => $"{Fabric(l)} {l.State}"));
        Assert.All(result.Truth!.Flows, f => Assert.Equal(0, f.PacketsLost));
    }

    [ProgramFact]
    public void Incast_LeafSpine_EpisodesAreAlertedAndTelemetryEqualsTheFabric()
    {
        LabResult result = Run("leafspine-2x4", "incast", 7, 12);
        RunCheck.ReportsAreComplete(result);
        RunCheck.PortsEqualTruth(result);
        RunCheck.PathsEqualTruth(result);
        Assert.Contains(result.Episodes, e => e.Kind == "congestion");
        RunCheck.EpisodesAreAlerted(result, maxWithoutTruth: 1);
    }

    [ProgramFact]
    public void LinkFail_LeafSpine_PathChangesLinkIsDownAlertSaysSo()
    {
        LabResult result = Run("leafspine-2x4", "linkfail", 3, 6);
        RunCheck.ReportsAreComplete(result);
        RunCheck.PathsEqualTruth(result);
        TruthEpisode down = Assert.Single(result.Episodes);
        LinkStatus link = Assert.Single(result.Totals.LinkStates, l => l.State == LinkState.Down);
        Assert.Equal(down.Entity, Fabric(link));
        Alert alert = Assert.Single(result.Totals.Alerts);
        Assert.Equal(("linkdown", down.Entity, false), (alert.Kind, alert.Entity, alert.HasEndNs));
        Assert.InRange(alert.StartNs - down.StartNs, 0, 500_000_000);
        Assert.Contains(result.Totals.Flows, f => f.PathChanges > 0);
        Assert.Equal(
            result.Truth!.Flows.Where(f => f.PathChanges > 0).Select(f => (f.Source, f.Destination, (uint)f.Key.SourcePort)).Order(),
            result.Totals.Flows.Where(f => f.PathChanges > 0).Select(f => (f.Src, f.Dst, f.Key.SrcPort)).Order());
    }

    [ProgramFact]
    public void Steady_Campus_RoutersForwardIntPassesThemAndTiersStandWhereTheTopologyPutsThem()
    {
        LabResult result = Run("campus", "steady", 1, 5);
        RunCheck.ReportsAreComplete(result);
        RunCheck.PortsEqualTruth(result);
        RunCheck.PathsEqualTruth(result);
        Assert.Empty(result.Totals.Alerts);
        Assert.All(result.Truth!.Flows, f => Assert.Equal(0, f.PacketsLost));
        Assert.Contains(result.Totals.Flows, f => f.Path.SequenceEqual(["s1", "s7", "s6"]));
        Assert.Equal(
            ["center1", "center2", "center3", "dc", "fw1", "n1", "n2", "n3", "r1", "r2", "r3"],
            result.Totals.Devices.Where(d => d.State == DeviceState.Up && d.Kind is not (DeviceKind.Switch or DeviceKind.Host)).Select(d => d.Name).Order());
    }

    [ProgramFact]
    public void Run_SameSeedTwice_SameBytes()
    {
        byte[][] documents = [.. Enumerable.Range(0, 2).Select(_ => LabReport.ToUtf8(Run("leafspine-2x2", "incast", 5, 5)))];
        Assert.Equal(documents[0], documents[1]);
        Assert.NotEqual(documents[0], LabReport.ToUtf8(Run("leafspine-2x2", "incast", 6, 5)));
    }

    internal static LabResult Run(string topology, string scenario, ulong seed, double seconds)
    {
        DetectorSet detectors = DetectorSet.LoadShipped();
        return VirtualLab.Run(
            new LabOptions { Topology = TopologyCatalog.Load(topology), Scenario = scenario, Seed = seed, Seconds = seconds },
            new Telemetry.Lab.Training.DiscardedHistory(),
            detectors.Create(detectors.Shipped),
            detectors.Card.Thresholds[detectors.Shipped].ToAlertOptions());
    }

    private static string Fabric(LinkStatus link) =>
        string.CompareOrdinal(link.A, link.B) <= 0 ? $"{link.A}-{link.B}" : $"{link.B}-{link.A}";
}
