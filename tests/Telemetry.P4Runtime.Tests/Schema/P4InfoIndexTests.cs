using Google.Protobuf;
using P4.Config.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Text;

namespace Telemetry.P4Runtime.Tests.Schema;

public sealed class P4InfoIndexTests
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schema", "forwarding.p4info.txtpb"));

    internal static P4InfoIndex Program { get; } = P4InfoIndex.FromText(s_text);

    [Fact]
    public void Tables_ByIdNameAliasSuffix_SameObject()
    {
        var table = Program.Tables.Get(33554433);
        Assert.Same(table, Program.Tables.Get("Ingress.ipv4_lpm"));
        Assert.Same(table, Program.Tables.Get("ipv4_lpm"));
        Assert.Same(table.MatchFields[0], table.MatchFields.Get("dst_addr"));
        Assert.Same(table.MatchFields[0], table.MatchFields.Get("ipv4.dst_addr"));
        Assert.Equal((1024, false, "Ingress.route_hits"), (table.Size, table.NeedsPriority, table.DirectCounter?.Name));
        Assert.Equal(["Ingress.set_next_hop", "Ingress.drop", "NoAction"], table.Actions.Select(a => a.Name));
    }

    [Fact]
    public void EveryKind_IsFound()
    {
        Assert.Equal(["dst_mac", "port"], Program.Actions.Get("set_next_hop").Parameters.Select(p => p.Name));
        Assert.Equal((CounterSpec.Types.Unit.Both, 512L, false), (Program.Counters.Get("port_rx").Unit, Program.Counters.Get("port_rx").Size, Program.Counters.Get("port_rx").IsDirect));
        Assert.True(Program.DirectCounters.Get("route_hits").IsDirect);
        Assert.Equal((4L, MeterSpec.Types.Unit.Bytes), (Program.Meters.Get("police").Size, Program.Meters.Get("police").Unit));
        Assert.Equal("Ingress.acl_meter", Program.Tables.Get("Ingress.acl").DirectMeter?.Name);
        Assert.Equal((1, 32), (Program.Registers.Get("report_sequence").Size, Program.Registers.Get("report_sequence").Width));
        Assert.Equal("learn_t", Program.Digests.Get(385875969).Name);
        Assert.True(Program.Tables.Get("Egress.acl").Implementation?.IsSelector);
        Assert.Equal(["egress_port", "pad"], Program.PacketMetadata.Get("packet_out").Fields.Select(f => f.Name));
    }

    [Fact]
    public void ValueSetsAndTranslatedTypes_AreFound()
    {
        var program = P4InfoIndex.FromText("""
            value_sets { preamble { id: 0x03000001 name: "Parser.tpids" } match { id: 1 bitwidth: 16 match_type: EXACT } size: 4 }
            actions { preamble { id: 1 name: "to" } params { id: 1 name: "port" type_name { name: "port_id_t" } } params { id: 2 name: "queue" bitwidth: 8 } }
            type_info { new_types { key: "port_id_t" value { translated_type { uri: "lab/port" sdn_string {} } } } }
            """);
        Assert.Equal((4, 16), (program.ValueSets.Get("tpids").Size, program.ValueSets[0].MatchFields.Get(1).Width));
        var port = program.Actions.Get("to").Parameters.Get("port");
        Assert.Equal(("port_id_t", "lab/port"), (port.TypeName, port.Translation?.Uri));
        Assert.Null(program.Actions.Get("to").Parameters.Get("queue").Translation);
    }

    [Fact]
    public void Get_UnknownOrAmbiguous_ListsLegalNames()
    {
        Assert.Equal("no table ipv4; known: Egress.acl, Ingress.acl, Ingress.ipv4_lpm", Assert.Throws<P4InfoException>(() => Program.Tables.Get("ipv4")).Message);
        Assert.Equal("table acl is ambiguous: Egress.acl, Ingress.acl", Assert.Throws<P4InfoException>(() => Program.Tables.Get("acl")).Message);
        Assert.Equal("no match field of table Ingress.ipv4_lpm hdr.ipv4.dst; did you mean hdr.ipv4.dst_addr? known: hdr.ipv4.dst_addr",
            Assert.Throws<P4InfoException>(() => Program.Tables.Get("ipv4_lpm").MatchFields.Get("hdr.ipv4.dst")).Message);
        Assert.Equal("no counter has id 5 (0x00000005); known: 301989889 Ingress.port_rx", Assert.Throws<P4InfoException>(() => Program.Counters.Get(5)).Message);
    }

    [Fact]
    public void Load_TextBinaryJson_SameInfo()
    {
        var folder = Directory.CreateTempSubdirectory("p4info");
        try
        {
            var (text, binary, json) = (Path.Combine(folder.FullName, "a.txtpb"), Path.Combine(folder.FullName, "a.bin"), Path.Combine(folder.FullName, "a.json"));
            File.WriteAllText(text, s_text);
            File.WriteAllBytes(binary, Program.Info.ToByteArray());
            File.WriteAllText(json, JsonFormatter.Default.Format(Program.Info));
            Assert.Equal(Program.Info, P4InfoIndex.Load(text).Info);
            Assert.Equal(Program.Info, P4InfoIndex.Load(binary).Info);
            Assert.Equal(Program.Info, P4InfoIndex.Load(json).Info);

            File.WriteAllText(text, "tables {\n  preambel { id: 1 }\n}");
            Assert.StartsWith($"{text}: 2:3: p4.config.v1.Table has no field preambel; known: preamble, match_fields,", Assert.Throws<P4InfoException>(() => P4InfoIndex.Load(text)).Message, StringComparison.Ordinal);
            File.WriteAllText(json, "{ \"tables\": 5 }");
            Assert.StartsWith(json, Assert.Throws<P4InfoException>(() => P4InfoIndex.Load(json)).Message, StringComparison.Ordinal);
            File.WriteAllBytes(binary, [0xFF, 0xFF]);
            Assert.StartsWith(binary, Assert.Throws<P4InfoException>(() => P4InfoIndex.Load(binary)).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("actions { preamble { id: 1 name: \"a\" } } actions { preamble { id: 1 name: \"b\" } }", "action: a and b have the same id 1")]
    [InlineData("actions { preamble { id: 1 name: \"a\" } } actions { preamble { id: 2 name: \"a\" } }", "action: two have the name a")]
    [InlineData("actions { preamble { name: \"a\" } }", "an object of the P4Info needs an id and a name; it has id 0 and name 'a'")]
    [InlineData("actions { }", "an object of the P4Info has no preamble")]
    [InlineData("tables { preamble { id: 1 name: \"t\" } action_refs { id: 9 } }", "no action has id 9 (0x00000009); known: none")]
    [InlineData("direct_counters { preamble { id: 1 name: \"c\" } direct_table_id: 7 }", "no table has id 7 (0x00000007); known: none")]
    public void FromText_BrokenReferences_SaysWhich(string text, string message) =>
        Assert.Equal(message, Assert.Throws<P4InfoException>(() => P4InfoIndex.FromText(text)).Message);

    [Fact]
    public void Format_ThenParse_SameInfoAndStable()
    {
        var text = ProtoText.Format(Program.Info);
        Assert.Equal(Program.Info, ProtoText.Parse<P4Info>(text));
        Assert.Equal(text, ProtoText.Format(ProtoText.Parse<P4Info>(text)));
    }
}
