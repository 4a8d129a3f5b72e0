using System.Runtime.CompilerServices;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Tests.Schema;

/// <summary>The P4Info that p4c made of p4/int has what controller, lab and collector look up by name, with the widths that they rely on.</summary>
public sealed class ShippedProgramTests
{
    private static readonly P4InfoIndex s_program = P4InfoIndex.Load(ProgramPath());

    [Theory]
    [InlineData("Ingress.ipv4_lpm", "hdr.ipv4.dst_addr:Lpm:32", "Ingress.set_next_hop Ingress.set_ecmp_group Ingress.drop")]
    [InlineData("Ingress.ecmp_group", "meta.ecmp_group:Exact:16", "Ingress.set_next_hop")]
    [InlineData("Ingress.ecmp_backup", "meta.ecmp_group:Exact:16", "Ingress.set_backup_hop")]
    [InlineData("Ingress.ecmp_config", "", "Ingress.set_ecmp_seed")]
    [InlineData("Ingress.int_source_port", "standard_metadata.ingress_port:Exact:9", "Ingress.mark_source")]
    [InlineData("Ingress.int_watchlist", "hdr.ipv4.src_addr:Ternary:32 hdr.ipv4.dst_addr:Ternary:32 hdr.ipv4.protocol:Ternary:8 meta.l4_src_port:Ternary:16 meta.l4_dst_port:Ternary:16", "Ingress.int_source")]
    [InlineData("Ingress.int_sink_port", "standard_metadata.egress_spec:Exact:9", "Ingress.mark_sink")]
    [InlineData("Ingress.l2_punt", "hdr.ethernet.ether_type:Exact:16", "Ingress.send_to_cpu Ingress.drop Ingress.flood")]
    [InlineData("Egress.int_node", "", "Egress.set_node")]
    [InlineData("Egress.int_report", "meta.report_destination:Exact:16", "Egress.set_report")]
    [InlineData("Ingress.ipv6_lpm", "hdr.ipv6.dst_addr:Lpm:128", "Ingress.set_next_hop Ingress.set_ecmp_group Ingress.drop")]
    [InlineData("Ingress.drop_watch", "meta.drop_reason:Ternary:8 standard_metadata.ingress_port:Ternary:9", "Ingress.report_drop")]
    [InlineData("Egress.queue_watch", "standard_metadata.egress_port:Exact:9 standard_metadata.priority:Exact:3", "Egress.watch_queue")]
    public void Table_KeysAndActions(string name, string keys, string actions)
    {
        var table = s_program.Tables.Get(name);
        Assert.Equal(keys, string.Join(' ', table.MatchFields.Select(m => $"{m.Name}:{m.MatchType}:{m.Width}")));
        Assert.Superset(actions.Split(' ').ToHashSet(), table.Actions.Select(a => a.Name).ToHashSet());
    }

    [Theory]
    [InlineData("Ingress.set_next_hop", "dst_mac:48 port:9")]
    [InlineData("Ingress.set_ecmp_group", "group_id:16")]
    [InlineData("Ingress.set_backup_hop", "dst_mac:48 port:9")]
    [InlineData("Ingress.int_source", "max_hops:8 hop_words:5 instructions:16 rate:16")]
    [InlineData("Ingress.int_source_udp", "max_hops:8 hop_words:5 instructions:16 rate:16")]
    [InlineData("Ingress.mark_sink_filtered", "session:32 latency_us:32 timer_us:32")]
    [InlineData("Ingress.report_drop", "session:32")]
    [InlineData("Egress.watch_queue", "session:32 depth_high:19 depth_low:19 latency_high_us:32 latency_low_us:32 quota:32")]
    [InlineData("Egress.set_intermediate", "session:32")]
    [InlineData("Egress.set_destinations", "count:16")]
    [InlineData("Ingress.mark_sink", "session:32")]
    [InlineData("Egress.set_node", "node_id:32 mtu:16")]
    [InlineData("Egress.set_report", "src_mac:48 dst_mac:48 src_addr:32 dst_addr:32 udp_port:16 hw_id:6")]
    public void Action_Parameters(string name, string parameters) =>
        Assert.Equal(parameters, string.Join(' ', s_program.Actions.Get(name).Parameters.Select(p => $"{p.Name}:{p.Width}")));

    [Fact]
    public void CountersAndPacketMetadata_AreThere()
    {
        foreach (var name in new[] { "Ingress.port_rx", "Ingress.port_enqueued", "Egress.port_tx", "Egress.port_reports" })
            Assert.Equal(P4.Config.V1.CounterSpec.Types.Unit.Both, s_program.Counters.Get(name).Unit);
        Assert.NotNull(s_program.Tables.Get("int_watchlist").DirectCounter);
        Assert.Equal(9, s_program.PacketMetadata.Get("packet_in").Fields.Get("ingress_port").Width);
        Assert.Equal(9, s_program.PacketMetadata.Get("packet_out").Fields.Get("egress_port").Width);
    }

    [Fact]
    public void Addresses_AreShownAsAddresses()
    {
        Assert.Equal(ValueFormat.Ipv4, s_program.Tables.Get("ipv4_lpm").MatchFields[0].Field.ResolvedFormat);
        Assert.Equal(ValueFormat.Number, s_program.Actions.Get("set_node").Parameters.Get("node_id").Field.ResolvedFormat);
    }

    private static string ProgramPath([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "p4", "int", "int.p4info.txtpb"));
}
