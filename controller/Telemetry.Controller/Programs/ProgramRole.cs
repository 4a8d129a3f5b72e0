using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Programs;

/// <summary>A part that a table can play, named as plans name it: by the table of p4/int that plays it.</summary>
/// <param name="Name">Name in a <c>program.json</c>.</param>
/// <param name="Table">Name of the table in plans.</param>
/// <param name="Keys">Its keys in plans.</param>
/// <param name="Actions">Its actions in plans, with their parameters.</param>
internal sealed record ProgramRole(string Name, string Table, string[] Keys, (string Name, string[] Parameters)[] Actions)
{
    private static readonly (string, string[]) s_nextHop = ("Ingress.set_next_hop", ["dst_mac", "port"]);
    private static readonly (string, string[]) s_ecmpGroup = ("Ingress.set_ecmp_group", ["group_id"]);
    private static readonly (string, string[])[] s_sources =
        [("Ingress.int_source", ["max_hops", "hop_words", "instructions", "rate"]), ("Ingress.int_source_udp", ["max_hops", "hop_words", "instructions", "rate"])];

    public static IReadOnlyList<ProgramRole> All { get; } =
    [
        new("route_ipv4", "Ingress.ipv4_lpm", ["hdr.ipv4.dst_addr"], [s_nextHop, s_ecmpGroup, ("Ingress.drop", [])]),
        new("route_ipv6", "Ingress.ipv6_lpm", ["hdr.ipv6.dst_addr"], [s_nextHop, s_ecmpGroup, ("Ingress.drop", [])]),
        new("ecmp_group", "Ingress.ecmp_group", ["meta.ecmp_group"], [s_nextHop]),
        new("ecmp_backup", "Ingress.ecmp_backup", ["meta.ecmp_group"], [("Ingress.set_backup_hop", ["dst_mac", "port"])]),
        new("ecmp_seed", "Ingress.ecmp_config", [], [("Ingress.set_ecmp_seed", ["seed"])]),
        new("punt", "Ingress.l2_punt", ["hdr.ethernet.ether_type"], [("Ingress.send_to_cpu", []), ("Ingress.flood", ["mcast_group"]), ("Ingress.drop", [])]),
        new("node", "Egress.int_node", [], [("Egress.set_node", ["node_id", "mtu"])]),
        new("report", "Egress.int_report", ["meta.report_destination"],
            [("Egress.set_report", ["src_mac", "dst_mac", "src_addr", "dst_addr", "udp_port", "hw_id"])]),
        new("destinations", "Egress.int_destinations", [], [("Egress.set_destinations", ["count"])]),
        new("source_port", "Ingress.int_source_port", ["standard_metadata.ingress_port"], [("Ingress.mark_source", [])]),
        new("watch_ipv4", "Ingress.int_watchlist",
            ["hdr.ipv4.src_addr", "hdr.ipv4.dst_addr", "hdr.ipv4.protocol", "meta.l4_src_port", "meta.l4_dst_port"], s_sources),
        new("watch_ipv6", "Ingress.int_watchlist_v6",
            ["hdr.ipv6.src_addr", "hdr.ipv6.dst_addr", "hdr.ipv6.next_header", "meta.l4_src_port", "meta.l4_dst_port"], s_sources),
        new("sink_port", "Ingress.int_sink_port", ["standard_metadata.egress_spec"],
            [("Ingress.mark_sink", ["session"]), ("Ingress.mark_sink_filtered", ["session", "latency_us", "timer_us"])]),
        new("export", "Egress.int_export", [],
            [("Egress.set_export", ["session"]), ("Egress.set_export_filtered", ["session", "latency_us", "timer_us"])]),
        new("intermediate", "Egress.int_intermediate", [], [("Egress.set_intermediate", ["session"])]),
        new("drop_watch", "Ingress.drop_watch", ["meta.drop_reason", "standard_metadata.ingress_port"], [("Ingress.report_drop", ["session"])]),
        new("queue_watch", "Egress.queue_watch", ["standard_metadata.egress_port", "standard_metadata.priority"],
            [("Egress.watch_queue", ["session", "depth_high", "depth_low", "latency_high_us", "latency_low_us", "quota"])]),
    ];

    /// <summary>The role that a table of plans stands for, or null.</summary>
    public static ProgramRole? OfTable(string table) => All.FirstOrDefault(r => r.Table == table);

    /// <summary>The closest role to what someone typed, for a message.</summary>
    public static string Hint(string typed) =>
        NameDistance.Closest(typed, All.Select(r => r.Name)) is { } near ? $"did you mean {near}?" : $"roles are {string.Join(", ", All.Select(r => r.Name))}";
}
