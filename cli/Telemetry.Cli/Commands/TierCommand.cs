using System.CommandLine;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Centers;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Devices;
using Telemetry.Collector.Feeds;
using Telemetry.Collector.History;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Profiles;
using Telemetry.Collector.Security;
using Telemetry.Controller.App;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Running;
using Telemetry.Lab.Topologies;
using Telemetry.P4Runtime.Security;

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
        Option<string[]> upstream = Upstream("center", "127.0.0.1:5501");
        Option<string?> topology = new("--topology") { Description = "Topology file or built-in: names, queue sizes, and the switches whose counters are read (those of the node's cluster, where the topology places the node)" };
        Option<string?> spool = new("--spool") { Description = "Folder for batches that the center did not acknowledge yet; in memory by default" };
        Option<int> spoolLimit = SpoolLimit();
        Option<string[]> watch = new("--watch") { Description = $"Linux devices on this machine whose interfaces, queues, routes and rules are read: {LinuxDevice.Form}", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        Option<string[]> threshold = new("--threshold") { Description = $"Limits above which a window is told as an event: {Threshold.Form}", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        Option<bool> sharedClock = new("--shared-clock") { Description = "All switches stamp from one clock: link latencies can be told" };
        Option<bool> oneMachine = new("--one-machine") { Description = "All switches run on one machine, linked by virtual cables: their clocks differ by what stays the same, so link latencies can be told" };
        Option<string?> metrics = new("--metrics") { Description = "ADDRESS:PORT where Prometheus scrapes /metrics; none by default" };
        Option<string?> log = Log();
        Option<string?> program = new("--program") { Description = "Compiled P4 program of the switches, which says how their reports are read and what drop reasons mean: folder, JSON, or the name of one that ships" };
        Option<string?> profiles = new("--profiles") { Description = "JSON file of decode profiles: units, clocks and known deviations by exporter" };
        Option<int> shards = new("--shards") { Description = "Sockets that share the port, each with a receiving thread", DefaultValueFactory = _ => usual.ReceiveShards };
        Option<int> buffer = new("--receive-buffer") { Description = "Receive buffer of each socket, MiB: holds bursts while the node gets no processor", DefaultValueFactory = _ => usual.SocketBufferBytes >> 20 };
        Command command = new("node", "Run a collector node: reports in, windows to its center") { name, cluster, listen, upstream, topology, spool, spoolLimit, sharedClock, oneMachine, watch, threshold, metrics, program, profiles, shards, buffer, log };
        SourceArguments source = new(command);
        TlsArguments tls = new(command, serves: false);
        SwitchTlsArguments switchTls = new(command, "--switch-tls");
        command.SetAction((parsed, cancellation) =>
        {
            SwitchTls? toSwitches = switchTls.Read(parsed);
            Topology? known = parsed.GetValue(topology) is { } named ? TopologyCatalog.Load(named) : null;
            TlsOptions? certificates = tls.Read(parsed);
            string[] upstreams = [.. parsed.GetRequiredValue(upstream).Select(address => TlsArguments.Url(address, certificates))];
            NodeHostOptions options = new()
            {
                Node = new NodeOptions
                {
                    Name = parsed.GetRequiredValue(name),
                    Cluster = parsed.GetRequiredValue(cluster),
                    OneMachine = parsed.GetValue(oneMachine),
                    Reports = parsed.GetValue(program) is { } compiled ? LabInventory.ReportsOf(P4Program.Load(ProgramLocator.Find(compiled))) : usual.Node.Reports,
                    Thresholds = [.. parsed.GetRequiredValue(threshold).Select(Limited)],
                    Decoding = parsed.GetValue(profiles) is { } file ? CommandException.Reading(() => DecodeProfileFile.Load(file)) : null,
                },
                ReceiveShards = parsed.GetValue(shards),
                SocketBufferBytes = Math.Clamp(parsed.GetValue(buffer), 0, 2047) << 20,
                Listen = parsed.GetRequiredValue(listen),
                Upstream = upstreams[0],
                OtherUpstreams = upstreams[1..],
                Tls = certificates,
                SpoolDirectory = parsed.GetValue(spool),
                Metrics = parsed.GetValue(metrics),
                SpoolLimitBytes = (long)parsed.GetValue(spoolLimit) << 20,
                Devices = [.. parsed.GetRequiredValue(watch).Select(Watched)],
                Inventory = known is null ? null : LabInventory.Of(known, parsed.GetValue(sharedClock)),
                Replay = source.Replay(parsed),
                Capture = source.Capture(parsed),
                Switches = known is null || source.Replay(parsed) is not null
                    ? []
                    : [.. known.Switches.Where(s => s.RunsP4 && Serves(known, parsed.GetRequiredValue(name), s)).Select(s => SwitchTargetOf(s, s.Tls ?? toSwitches))],
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
        Option<string[]> upstream = Upstream("data center", "127.0.0.1:5502");
        Option<string[]> nodes = new("--nodes") { Description = "Nodes that must exist: silence of one never heard is seen too", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        Option<string?> spool = new("--spool") { Description = "Folder that keeps acknowledged windows until the data center has them, or 'none' to keep them in memory and lose them with the process; by default a folder of that name below ~/.local/state/telemetry/spool" };
        Option<int> spoolLimit = SpoolLimit();
        Option<string> spoolFull = Text("--spool-full", "At the limit: 'drop-oldest' gives up the oldest windows, 'refuse' lets the nodes keep theirs", "drop-oldest");
        spoolFull.AcceptOnlyFromAmong("drop-oldest", "refuse");
        Option<string?> metrics = new("--metrics") { Description = "ADDRESS:PORT where Prometheus scrapes /metrics; none by default" };
        Option<string?> log = Log();
        Command command = new("center", "Run a cluster center: windows of nodes in, condensed ones to the data center") { name, cluster, listen, upstream, nodes, spool, spoolLimit, spoolFull, metrics, log };
        TlsArguments tls = new(command, serves: true);
        command.SetAction((parsed, cancellation) =>
        {
            TlsOptions? certificates = tls.Read(parsed);
            string[] upstreams = [.. parsed.GetRequiredValue(upstream).Select(address => TlsArguments.Url(address, certificates))];
            CenterHostOptions options = new()
            {
                Center = new CenterOptions
                {
                    Name = parsed.GetRequiredValue(name),
                    Cluster = parsed.GetRequiredValue(cluster),
                    ExpectedNodes = parsed.GetRequiredValue(nodes),
                },
                Listen = parsed.GetRequiredValue(listen),
                Upstream = upstreams[0],
                OtherUpstreams = upstreams[1..],
                Tls = certificates,
                SpoolDirectory = parsed.GetValue(spool) switch
                {
                    null => StateFolder.Spool(parsed.GetRequiredValue(name)),
                    "none" => null,
                    { } folder => folder,
                },
                Metrics = parsed.GetValue(metrics),
                SpoolLimitBytes = (long)parsed.GetValue(spoolLimit) << 20,
                SpoolWhenFull = parsed.GetValue(spoolFull) == "refuse" ? SpoolPolicy.Refuse : SpoolPolicy.GiveUpOldest,
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
        Option<string?> devices = new("--devices") { Description = "File of the devices that operators enter; by default beside the history, as NAME.devices.json" };
        Option<int> series = new("--metrics-series") { Description = "Ports, links and devices with series of their own in metrics, at most, of each", DefaultValueFactory = _ => usual.MetricsSeries };
        Option<string?> otlp = new("--otlp") { Description = "URL of an OpenTelemetry receiver that gets metrics and events, e.g. http://127.0.0.1:4317" };
        Option<bool> otlpHttp = new("--otlp-http") { Description = "Send them over HTTP instead of gRPC" };
        Option<double> otlpPeriod = new("--otlp-period") { Description = "Seconds between metrics", DefaultValueFactory = _ => 10 };
        HistoryRetention kept = new();
        Option<double> keepRaw = Keep("--keep-raw", "Hours that windows are kept as they came", kept.RawNs / 3.6e12);
        Option<double> keep10s = Keep("--keep-10s", "Days that windows of 10 s are kept", kept.TenSecondsNs / 8.64e13);
        Option<double> keep5m = Keep("--keep-5m", "Days that windows of 5 minutes, events, alerts and states are kept", kept.FiveMinutesNs / 8.64e13);
        Option<string?> metrics = new("--metrics") { Description = "ADDRESS:PORT where Prometheus scrapes /metrics; none by default" };
        Option<string?> log = Log();
        Command command = new("datacenter", "Run the data center: history, inference, and the feed for watchers") { name, listen, history, devices, keepRaw, keep10s, keep5m, metrics, series, otlp, otlpHttp, otlpPeriod, log };
        TlsArguments tls = new(command, serves: true);
        command.SetAction((parsed, cancellation) =>
        {
            DataCenterHostOptions options = new()
            {
                DataCenter = new DataCenterOptions { Name = parsed.GetRequiredValue(name) },
                Listen = parsed.GetRequiredValue(listen),
                HistoryFile = parsed.GetValue(history),
                DevicesFile = parsed.GetValue(devices) ?? (parsed.GetValue(history) is { } stored ? Path.ChangeExtension(stored, ".devices.json") : null),
                Tls = tls.Read(parsed),
                Metrics = parsed.GetValue(metrics),
                MetricsSeries = parsed.GetValue(series),
                Otlp = parsed.GetValue(otlp) is { } receiver
                    ? new OtlpOptions { Url = receiver, OverHttp = parsed.GetValue(otlpHttp), Period = TimeSpan.FromSeconds(parsed.GetValue(otlpPeriod)) }
                    : null,
                Retention = new HistoryRetention
                {
                    RawNs = (long)(parsed.GetValue(keepRaw) * 3.6e12),
                    TenSecondsNs = (long)(parsed.GetValue(keep10s) * 8.64e13),
                    FiveMinutesNs = (long)(parsed.GetValue(keep5m) * 8.64e13),
                },
            };
            DetectorSet detectors = DetectorSet.LoadShipped();
            return WithLogsAsync(parsed.GetValue(log), loggers => TierCommands.RunDataCenterAsync(
                options, detectors.CreateShipped(), detectors.ShippedAlerts, Console.Error, Console.Error, TimeProvider.System, loggers, cancellation));
        });
        return command;
    }

    /// <summary>A node that the topology places serves its cluster; any other one all switches.</summary>
    private static bool Serves(Topology topology, string node, SwitchNode served) =>
        topology.Tiers.FirstOrDefault(t => t.Name == node) is not { } place || place.Cluster == served.Cluster;

    private static SwitchTarget SwitchTargetOf(SwitchNode node, SwitchTls? tls) =>
        new(node.Name, $"{(tls is null ? "http" : "https")}://{ControllerHost.AddressOf(node)}", (ulong)node.NodeId) { Tls = tls };

    private static async Task<int> WithLogsAsync(string? file, Func<ILoggerFactory, Task<int>> run)
    {
        using ILoggerFactory loggers = Logging.Create(file);
        return await run(loggers).ConfigureAwait(false);
    }

    /// <exception cref="CommandException">It is of no form; says which there is.</exception>
    private static LinuxDevice Watched(string text) => LinuxDevice.TryParse(text, out LinuxDevice? device)
        ? device!
        : throw new CommandException($"--watch {text}: {LinuxDevice.Form} expected");

    /// <exception cref="CommandException">It is of no form; says which there is.</exception>
    private static Threshold Limited(string text) => Threshold.TryParse(text, out Threshold? threshold)
        ? threshold!
        : throw new CommandException($"--threshold {text}: {Threshold.Form} expected");

    private static Option<string[]> Upstream(string tier, string usual) => new("--upstream")
    {
        Description = $"HOST:PORT of the {tier}; further ones are turned to, in order, when one does not answer",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [usual],
    };

    private static Option<int> SpoolLimit() => new("--spool-limit") { Description = "Size of the spool at most, MiB, from 16", DefaultValueFactory = _ => 512 };

    private static Option<string> Text(string name, string description, string usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static Option<double> Keep(string name, string description, double usual) => new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static Option<string?> Log() => new("--log") { Description = "File for log lines" };
}
