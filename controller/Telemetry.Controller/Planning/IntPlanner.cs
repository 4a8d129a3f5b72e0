using System.Net;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Planning;

/// <summary>Gives each switch its INT roles: source and sink on ports with hosts, transit everywhere.</summary>
public static class IntPlanner
{
    /// <summary>Order of sink, watchlist and source entries, in this order: nothing is sourced before it can be taken off.</summary>
    internal const int RoleOrder = 30;

    /// <summary>Table whose entries start INT: without them no packet gets any.</summary>
    internal const string SourceTable = "Ingress.int_source_port";

    /// <summary>INT entries of one switch.</summary>
    /// <param name="topology">The network; links' states do not matter.</param>
    /// <param name="node">The switch.</param>
    /// <param name="report">Where its sink sends reports.</param>
    /// <param name="options">Instructions and watchlist.</param>
    /// <param name="mode">How the switch's program measures.</param>
    public static IReadOnlyList<EntrySpec> Plan(
        Topology topology, SwitchNode node, ReportOptions report, IntOptions options, TelemetryMode mode = TelemetryMode.IntMd)
    {
        if (mode == TelemetryMode.None)
        {
            return [];
        }

        List<EntrySpec> entries =
        [
            new TableEntrySpec
            {
                Table = "Egress.int_node",
                IsDefault = true,
                Action = "Egress.set_node",
                Arguments = [new("node_id", node.NodeId), new("mtu", options.MtuBytes)],
                Order = RoutePlanner.SettingsOrder,
            },
            Destination(node, report, report.Collector) with { IsDefault = true },
            new CloneSessionSpec(report.CloneSession, [new ReplicaSpec(report.ReportPort, 1)]) { Order = RoutePlanner.SettingsOrder },
        ];
        AddDestinations(node, report, entries);
        AddReports(topology, node, report, options, entries);
        int[] hostPorts = [.. EdgePorts.Of(topology).Where(e => e.Device == node.Name).Select(e => e.Port).Order()];
        if (mode != TelemetryMode.IntMd)
        {
            entries.Add(Report("Egress.int_export", "Egress.set_export", report, options) with { IsDefault = true });
        }

        // In XD nobody tells a node that a packet is watched: every node looks at every packet.
        int[] sourcePorts = mode == TelemetryMode.IntXd
            ? [.. topology.Links.SelectMany(l => new[] { l.A, l.B }).Where(e => e.Device == node.Name).Select(e => e.Port).Order()]
            : hostPorts;
        if (sourcePorts.Length == 0)
        {
            return entries;
        }

        if (mode != TelemetryMode.IntXd)
        {
            entries.AddRange(hostPorts.Select(port => Report("Ingress.int_sink_port", "Ingress.mark_sink", report, mode == TelemetryMode.IntMd ? options : null) with
            {
                Matches = [new("standard_metadata.egress_spec", $"{port}")],
            }));
        }

        for (int i = 0; i < options.Watchlist.Count; i++)
        {
            entries.Add(Watch(options.Watchlist[i], options.Watchlist.Count - i, options));
        }

        entries.AddRange(sourcePorts.Select(port => new TableEntrySpec
        {
            Table = SourceTable,
            Matches = [new("standard_metadata.ingress_port", $"{port}")],
            Action = "Ingress.mark_source",
            Order = RoleOrder + 2,
        }));
        return entries;
    }

    /// <summary>Who sends reports by which session, with a filter or without; a sink of MX sends none of its own and needs none.</summary>
    private static TableEntrySpec Report(string table, string action, ReportOptions report, IntOptions? options) => new()
    {
        Table = table,
        Action = options?.Filter is null ? action : $"{action}_filtered",
        Arguments = options is null ? []
            : options.Filter is not { } filter ? [new("session", report.CloneSession)]
            : [new("session", report.CloneSession), new("latency_us", filter.LatencyUs), new("timer_us", filter.TimerUs)],
        Order = RoleOrder,
    };

    /// <summary>Address that a switch's reports come from: 10.255.(node id).</summary>
    public static IPAddress SourceAddress(int nodeId) => new([10, 255, (byte)(nodeId >> 8), (byte)nodeId]);

    /// <summary>Where reports go, as long as no other destination is chosen.</summary>
    private static TableEntrySpec Destination(SwitchNode node, ReportOptions report, IPEndPoint collector) => new()
    {
        Table = "Egress.int_report",
        Action = "Egress.set_report",
        Arguments =
        [
            new("src_mac", PortMac.Of(node.NodeId, report.ReportPort)),
            new("dst_mac", report.CollectorMac),
            new("src_addr", $"{SourceAddress(node.NodeId)}"),
            new("dst_addr", $"{collector.Address}"),
            new("udp_port", collector.Port),
            new("hw_id", 0),
        ],
        Order = RoutePlanner.SettingsOrder,
    };

    /// <summary>One entry for each of several collectors; flows are shared out once all of them are there.</summary>
    private static void AddDestinations(SwitchNode node, ReportOptions report, List<EntrySpec> entries)
    {
        if (report.Others.Count == 0)
        {
            return;
        }

        IPEndPoint[] collectors = [report.Collector, .. report.Others];
        entries.AddRange(collectors.Select((collector, i) => Destination(node, report, collector) with
        {
            Matches = [new("meta.report_destination", $"{i + 1}")],
        }));
        entries.Add(new TableEntrySpec
        {
            Table = "Egress.int_destinations",
            IsDefault = true,
            Action = "Egress.set_destinations",
            Arguments = [new("count", collectors.Length)],
            Order = RoleOrder,
        });
    }

    /// <summary>Reports of drops, congested queues and full packets, each only if asked for.</summary>
    private static void AddReports(
        Topology topology, SwitchNode node, ReportOptions report, IntOptions options, List<EntrySpec> entries)
    {
        if (options.ReportDrops)
        {
            entries.Add(new TableEntrySpec
            {
                Table = "Ingress.drop_watch",
                Priority = 1,
                Action = "Ingress.report_drop",
                Arguments = [new("session", report.CloneSession)],
                Order = RoleOrder,
            });
        }

        if (options.ReportIntermediate)
        {
            entries.Add(new TableEntrySpec
            {
                Table = "Egress.int_intermediate",
                IsDefault = true,
                Action = "Egress.set_intermediate",
                Arguments = [new("session", report.CloneSession)],
                Order = RoleOrder,
            });
        }

        if (options.Queues is { } queues)
        {
            entries.AddRange(topology.Links.SelectMany(l => new[] { l.A, l.B })
                .Where(e => e.Device == node.Name).Select(e => e.Port).Order().Select(port => new TableEntrySpec
                {
                    Table = "Egress.queue_watch",
                    Matches = [new("standard_metadata.egress_port", $"{port}"), new("standard_metadata.priority", "0")],
                    Action = "Egress.watch_queue",
                    Arguments =
                    [
                        new("session", report.CloneSession),
                        new("depth_high", queues.DepthHigh),
                        new("depth_low", queues.DepthLow),
                        new("latency_high_us", queues.LatencyHighUs),
                        new("latency_low_us", queues.LatencyLowUs),
                        new("quota", queues.Quota),
                    ],
                    Order = RoleOrder,
                }));
        }
    }

    private static TableEntrySpec Watch(WatchRule rule, int priority, IntOptions options)
    {
        List<MatchSpec> matches = [];
        string ip = rule.IsIpv6 ? "hdr.ipv6" : "hdr.ipv4";
        Add($"{ip}.src_addr", rule.Source);
        Add($"{ip}.dst_addr", rule.Destination);
        Add(rule.IsIpv6 ? "hdr.ipv6.next_header" : "hdr.ipv4.protocol", rule.Protocol);
        Add("meta.l4_src_port", rule.SourcePort);
        Add("meta.l4_dst_port", rule.DestinationPort);
        return new TableEntrySpec
        {
            Table = rule.IsIpv6 ? "Ingress.int_watchlist_v6" : "Ingress.int_watchlist",
            Matches = matches,
            Priority = priority,
            Action = options.OwnUdpHeader ? "Ingress.int_source_udp" : "Ingress.int_source",
            Arguments =
            [
                new("max_hops", options.MaxHops),
                new("hop_words", options.HopWords),
                new("instructions", $"0x{options.Instructions:x4}"),
                new("rate", (int)rule.Rate),
            ],
            Order = RoleOrder + 1,
        };

        void Add(string field, object? match)
        {
            if (match is not null)
            {
                matches.Add(new MatchSpec(field, $"{match}")); // a network's text is a prefix, which is a mask too
            }
        }
    }
}
