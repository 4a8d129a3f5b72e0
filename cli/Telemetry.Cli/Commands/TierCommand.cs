using System.CommandLine;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Centers;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Nodes;
using Telemetry.Controller.App;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Running;
using Telemetry.Lab.Topologies;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry node</c>, <c>center</c> and <c>datacenter</c>: the collector's tiers as processes.</summary>
internal static class TierCommand
{
    public static Command CreateNode()
    {
        NodeHostOptions usual = new();
        Option<string> name = Text("--name", "Name of this node, unique among all", usual.Node.Name);
        Option<string> cluster = Text("--cluster", "Cluster that it belongs to", "c1");
        Option<string> listen = Text("--listen", "ADDRESS:PORT where reports arrive over UDP", usual.Listen);
        Option<string> upstream = Text("--upstream", "HOST:PORT of the center", "127.0.0.1:5501");
        Option<string?> topology = new("--topology") { Description = "Topology file or built-in: names, queue sizes, and the switches whose counters are read" };
        Option<string?> spool = new("--spool") { Description = "Folder for batches that the center did not acknowledge yet; in memory by default" };
        Option<bool> sharedClock = new("--shared-clock") { Description = "All switches stamp from one clock: link latencies can be told" };
        Option<string?> log = Log();
        Command command = new("node", "Run a collector node: reports in, windows to its center") { name, cluster, listen, upstream, topology, spool, sharedClock, log };
        command.SetAction((parsed, cancellation) =>
        {
            Topology? known = parsed.GetValue(topology) is { } named ? TopologyCatalog.Load(named) : null;
            NodeHostOptions options = new()
            {
                Node = new NodeOptions { Name = parsed.GetRequiredValue(name), Cluster = parsed.GetRequiredValue(cluster) },
                Listen = parsed.GetRequiredValue(listen),
                Upstream = Url(parsed.GetRequiredValue(upstream)),
                SpoolDirectory = parsed.GetValue(spool),
                Inventory = known is null ? null : LabInventory.Of(known, parsed.GetValue(sharedClock)),
                Switches = known is null
                    ? []
                    : [.. known.Switches.Select(s => new SwitchTarget(s.Name, Url(ControllerHost.AddressOf(s)), (ulong)s.NodeId))],
            };
            return WithLogsAsync(parsed.GetValue(log), loggers =>
                TierCommands.RunNodeAsync(options, Console.Error, Console.Error, TimeProvider.System, loggers, cancellation));
        });
        return command;
    }

    public static Command CreateCenter()
    {
        CenterHostOptions usual = new();
        Option<string> name = Text("--name", "Name of this center, unique among all", usual.Center.Name);
        Option<string> cluster = Text("--cluster", "Cluster that it serves", "c1");
        Option<string> listen = Text("--listen", "ADDRESS:PORT where nodes connect", usual.Listen);
        Option<string> upstream = Text("--upstream", "HOST:PORT of the data center", "127.0.0.1:5502");
        Option<string[]> nodes = new("--nodes") { Description = "Nodes that must exist: silence of one never heard is seen too", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        Option<string?> spool = new("--spool") { Description = "Folder that keeps acknowledged windows until the data center has them; in memory by default" };
        Option<string?> log = Log();
        Command command = new("center", "Run a cluster center: windows of nodes in, condensed ones to the data center") { name, cluster, listen, upstream, nodes, spool, log };
        command.SetAction((parsed, cancellation) =>
        {
            CenterHostOptions options = new()
            {
                Center = new CenterOptions
                {
                    Name = parsed.GetRequiredValue(name),
                    Cluster = parsed.GetRequiredValue(cluster),
                    ExpectedNodes = parsed.GetRequiredValue(nodes),
                },
                Listen = parsed.GetRequiredValue(listen),
                Upstream = Url(parsed.GetRequiredValue(upstream)),
                SpoolDirectory = parsed.GetValue(spool),
            };
            return WithLogsAsync(parsed.GetValue(log), loggers =>
                TierCommands.RunCenterAsync(options, Console.Error, Console.Error, TimeProvider.System, loggers, cancellation));
        });
        return command;
    }

    public static Command CreateDataCenter()
    {
        DataCenterHostOptions usual = new();
        Option<string> name = Text("--name", "Name of this data center", usual.DataCenter.Name);
        Option<string> listen = Text("--listen", "ADDRESS:PORT where centers and watchers connect", usual.Listen);
        Option<string?> history = new("--history") { Description = "DuckDB file, made when missing; in memory by default" };
        Option<string?> log = Log();
        Command command = new("datacenter", "Run the data center: history, inference, and the feed for watchers") { name, listen, history, log };
        command.SetAction((parsed, cancellation) =>
        {
            DataCenterHostOptions options = new()
            {
                DataCenter = new DataCenterOptions { Name = parsed.GetRequiredValue(name) },
                Listen = parsed.GetRequiredValue(listen),
                HistoryFile = parsed.GetValue(history),
            };
            DetectorSet detectors = DetectorSet.LoadShipped();
            return WithLogsAsync(parsed.GetValue(log), loggers => TierCommands.RunDataCenterAsync(
                options, detectors.CreateShipped(), detectors.ShippedAlerts, Console.Error, Console.Error, TimeProvider.System, loggers, cancellation));
        });
        return command;
    }

    private static async Task<int> WithLogsAsync(string? file, Func<ILoggerFactory, Task<int>> run)
    {
        using ILoggerFactory loggers = Logging.Create(file);
        return await run(loggers).ConfigureAwait(false);
    }

    private static string Url(string address) => address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";

    private static Option<string> Text(string name, string description, string usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static Option<string?> Log() => new("--log") { Description = "File for log lines" };
}
