using System.Globalization;
using System.Text;
using Telemetry.Collector.Contracts;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Topologies;
using Telemetry.Lab.Truth;

namespace Telemetry.Cli.Commands;

/// <summary>A run in a few lines, for people; <c>--json</c> has all of it.</summary>
internal static class LabSummary
{
    public static string Of(LabResult result)
    {
        StringBuilder text = new();
        ReportCounters reports = result.Totals.Reports ?? new ReportCounters();
        Line(text, $"{result.Topology.Name}: {result.Topology.Switches.Count} switches, {result.Topology.Hosts.Count} hosts, {result.Topology.Links.Count} links");
        Line(text, $"reports: {reports.Received} received, {reports.Decoded} decoded, {reports.Malformed} malformed, {reports.Lost} lost");
        Line(text, $"flows: {result.Totals.Flows.Count}, ports with traffic: {result.Totals.Ports.Count}, rows stored: {result.Totals.StoredRows}");
        if (result.Kernel is { } kernel)
        {
            Line(text, $"ping: {kernel.Pings.Sum(p => p.Received)} of {kernel.Pings.Sum(p => p.Sent)} answered");
        }

        Line(text, $"alerts: {result.Totals.Alerts.Count}");
        foreach (Alert alert in result.Totals.Alerts.OrderBy(a => a.StartNs).ThenBy(a => a.Entity, StringComparer.Ordinal))
        {
            string end = alert.HasEndNs ? Seconds(alert.EndNs - result.StartNs) : "...";
            Line(text, $"  {Seconds(alert.StartNs - result.StartNs)} to {end}  {alert.Entity}  {alert.Kind}  {alert.Explanation}");
        }

        if (result.Fabric is not null)
        {
            Line(text, $"truth: {result.Episodes.Count}");
            foreach (TruthEpisode episode in result.Episodes)
            {
                string end = episode.EndNs is { } endNs ? Seconds(endNs) : "...";
                Line(text, $"  {Seconds(episode.StartNs)} to {end}  {episode.Entity}  {episode.Kind}");
            }
        }

        return text.ToString();
    }

    /// <summary>The topologies and scenarios that need no file.</summary>
    public static string BuiltIns()
    {
        StringBuilder text = new();
        Line(text, $"topologies: {string.Join(" ", BuiltInTopologies.Names)}, or a topology file (see controller/README.md)");
        Line(text, $"scenarios, or a scenario file (see lab/README.md):");
        foreach (string name in ScenarioCatalog.Names)
        {
            Line(text, $"  {name,-12}{ScenarioCatalog.Describe(name)}");
        }

        return text.ToString();
    }

    private static string Seconds(long ns) => string.Create(CultureInfo.InvariantCulture, $"{ns / 1e9,8:F3} s");

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
