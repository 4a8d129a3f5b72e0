using Telemetry.Collector.Contracts;
using Telemetry.Lab.Running;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Running;

public class AlertsTests
{
    [ProgramTheory]
    [InlineData("synflood", "synflood", 4)]
    [InlineData("udpflood", "udpflood", 3)]
    [InlineData("udpflood", "udpflood", 5)]
    [InlineData("switchdown", "silent", 3)]
    [InlineData("grayloss", "loss", 2)]
    [InlineData("slowlink", "qos", 1)]
    [InlineData("qosdegrade", "qos", 1)]
    [InlineData("microburst", "microburst", 1)]
    public void Scenario_LeafSpine_WhatIsTrueIsToldAndNothingElse(string scenario, string kind, int seed)
    {
        LabResult result = VirtualLabTests.Run("leafspine-2x4", scenario, (ulong)seed, 12);
        Assert.Contains(result.Episodes, e => e.Kind == kind);
        string told = string.Join("; ", result.Totals.Alerts.Select(a => $"{a.Kind} {a.Entity} {a.StartNs / 1e9}: {a.Explanation}"));
        foreach (TruthEpisode episode in result.Episodes)
        {
            Assert.True(result.Totals.Alerts.Any(a => Tells(a, episode)), $"no alert for {episode}; alerts: {told}");
        }

        Assert.All(result.Totals.Alerts, a => Assert.True(result.Episodes.Any(e => Tells(a, e)), $"no truth for {a.Kind} {a.Entity}: {told}"));
    }

    private static bool Tells(Alert alert, TruthEpisode episode) =>
        alert.Kind == episode.Kind && alert.Entity == episode.Entity
        && alert.StartNs <= (episode.EndNs ?? long.MaxValue) && (!alert.HasEndNs || alert.EndNs >= episode.StartNs);
}
