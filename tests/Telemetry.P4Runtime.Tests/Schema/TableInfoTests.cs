using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Text;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Tests.Schema;

public sealed class TableInfoTests
{
    private static readonly P4InfoIndex s_program = P4InfoIndexTests.Program;
    private static readonly TableInfo s_route = s_program.Tables.Get("ipv4_lpm");
    private static readonly TableInfo s_acl = s_program.Tables.Get("Ingress.acl");
    private static readonly ActionInfo s_nextHop = s_program.Actions.Get("set_next_hop");
    private static readonly P4.V1.Action s_drop = s_program.Actions.Get("drop").Call();

    [Fact]
    public void Entry_Route_GoldenText()
    {
        var entry = s_route.Entry([("hdr.ipv4.dst_addr", "10.0.1.7/24")], s_nextHop.Call(("dst_mac", "08:00:00:00:01:0a"), ("port", 300)));
        Assert.Equal("""
            table_id: 33554433
            match {
              field_id: 1
              lpm {
                value: "\n\000\001\000"
                prefix_len: 24
              }
            }
            action {
              action {
                action_id: 16777217
                params {
                  param_id: 1
                  value: "\010\000\000\000\001\n"
                }
                params {
                  param_id: 2
                  value: "\001,"
                }
              }
            }

            """, ProtoText.Format(entry));
        Assert.Equal("insert Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.set_next_hop(dst_mac=08:00:00:00:01:0a, port=300)",
            EntityText.Describe(s_program, new Update { Type = Update.Types.Type.Insert, Entity = new Entity { TableEntry = entry } }));
    }

    [Fact]
    public void Entry_EveryMatchKind_TextBack()
    {
        var entry = s_acl.Entry([("src_addr", "10.0.0.0&&&255.255.0.255"), ("l4_dst_port", "80..443"), ("protocol", "17"), ("ingress_port", "0x1ff")], s_drop, 10);
        Assert.Equal("Ingress.acl hdr.ipv4.src_addr=10.0.0.0&&&0xffff00ff meta.l4_dst_port=80..443 hdr.ipv4.protocol=17 standard_metadata.ingress_port=511 priority 10 -> Ingress.drop()",
            EntityText.Describe(s_program, new Entity { TableEntry = entry }));
    }

    [Fact]
    public void Entry_DontCares_LeftOut()
    {
        var entry = s_acl.Entry([("src_addr", "0/0"), ("l4_dst_port", "0..65535"), ("protocol", "*"), ("ingress_port", "1")], s_drop, 1);
        Assert.Equal([4u], entry.Match.Select(m => m.FieldId));
        Assert.Empty(s_route.Key([("dst_addr", "0.0.0.0/0")]).Match);
        Assert.Empty(s_route.Key([]).Match);
    }

    [Fact]
    public void Entry_Wrong_SaysWhatAndWhatIsLegal()
    {
        Assert.Equal("table Ingress.acl: no value for exact match field standard_metadata.ingress_port", Fault(() => s_acl.Entry([], s_drop, 1)));
        Assert.Equal("table Ingress.acl needs a priority above 0 (it has a ternary, range or optional key); given: 0", Fault(() => s_acl.Entry([("ingress_port", "1")], s_drop)));
        Assert.Equal("table Ingress.ipv4_lpm takes no priority (its keys are exact or lpm); given: 3", Fault(() => s_route.Key([], 3)));
        Assert.Equal("table Ingress.acl: match field hdr.ipv4.protocol is given twice", Fault(() => s_acl.Key([("protocol", "1"), ("hdr.ipv4.protocol", "2")], 1)));
        Assert.Equal("match field standard_metadata.ingress_port is exact: it needs a value", Fault(() => s_acl.Key([("ingress_port", "*")], 1)));
        Assert.Contains("no action of table Ingress.acl has id 16777217", Fault(() => s_acl.Entry([("ingress_port", "1")], s_nextHop.Call(("port", 1), ("dst_mac", 1)), 1)), StringComparison.Ordinal);
        Assert.Equal("no parameter of action Ingress.set_next_hop mac; known: dst_mac, port", Fault(() => s_nextHop.Call(("mac", 1))));
        Assert.Equal("action Ingress.set_next_hop: no value for dst_mac (bit<48>)", Fault(() => s_nextHop.Call(("port", 1))));
        Assert.Equal("action Ingress.set_next_hop: parameter port is given twice", Fault(() => s_nextHop.Call(("port", 1), ("port", 1))));
        Assert.Equal("port (bit<9>): 0x200 needs 10 bits", Assert.Throws<P4ValueException>(() => s_nextHop.Call(("dst_mac", 1), ("port", 512))).Message);
    }

    [Fact]
    public void DefaultEntry_NoKey_Flagged()
    {
        var entry = s_route.DefaultEntry(s_drop);
        Assert.True(entry.IsDefaultAction);
        Assert.Equal("modify Ingress.ipv4_lpm default -> Ingress.drop()", EntityText.Describe(s_program, new Update { Type = Update.Types.Type.Modify, Entity = new Entity { TableEntry = entry } }));
    }

    [Fact]
    public void TranslatedStringKey_SentAsText()
    {
        var table = s_program.Tables.Get("Egress.acl");
        var entry = table.Key([("port", "eth-1/1")]);
        Assert.Equal("eth-1/1", entry.Match[0].Exact.Value.ToStringUtf8());
        Assert.Equal("eth-1/1", table.MatchFields[0].Format(entry.Match[0]));
    }

    [Fact]
    public void Match_WholeValue_ByKind()
    {
        Assert.Equal(32, s_route.MatchFields[0].Match(0x0A000101).Lpm.PrefixLen);
        Assert.Equal(ByteString.CopyFrom(0xFF, 0xFF, 0xFF, 0xFF), s_acl.MatchFields[0].Match("10.0.1.1").Ternary.Mask);
        Assert.Equal(ByteString.CopyFrom(80), s_acl.MatchFields[1].Match(80).Range.High);
        Assert.Equal(ByteString.CopyFrom(6), s_acl.MatchFields[2].Match(6).Optional.Value);
        Assert.Equal(ByteString.CopyFrom(0), s_acl.MatchFields[3].Match(0).Exact.Value);
    }

    [Fact]
    public void PacketMetadata_OutAndIn_EveryFieldOnce()
    {
        var packet = s_program.PacketMetadata.Get("packet_out").PacketOut(ByteString.CopyFromUtf8("x"), ("egress_port", 510));
        Assert.Equal([(1u, "AQA=".Length), (2u, 4)], packet.Metadata.Select(m => (m.MetadataId, Convert.ToBase64String(m.Value.Span).Length)));
        Assert.Equal(ByteString.CopyFrom(1, 0xFE), packet.Metadata[0].Value);
        Assert.Equal(ByteString.CopyFrom(0), packet.Metadata[1].Value);
        var fields = s_program.PacketMetadata.Get("packet_in");
        var received = new PacketIn { Metadata = { new PacketMetadata { MetadataId = 1, Value = ByteString.CopyFrom(0, 0, 1, 2) } } };
        Assert.True(fields.TryGet(received, "ingress_port", out var port));
        Assert.Equal(258ul, port);
        Assert.False(fields.TryGet(received, "pad", out _));
        Assert.Throws<P4InfoException>(() => fields.TryGet(received, "port", out _));
    }

    [Fact]
    public void Describe_UnknownIds_IdsAndNoException()
    {
        Assert.Equal("insert nothing", EntityText.Describe(s_program, new Update { Type = Update.Types.Type.Insert }));
        Assert.Equal("table 9 field 3 priority 1 -> action 8", EntityText.Describe(s_program, new Entity
        {
            TableEntry = new TableEntry { TableId = 9, Priority = 1, Match = { new FieldMatch { FieldId = 3 } }, Action = new TableAction { Action = new P4.V1.Action { ActionId = 8 } } },
        }));
        foreach (var field in Entity.Descriptor.Fields.InDeclarationOrder())
        {
            var entity = new Entity();
            field.Accessor.SetValue(entity, field.MessageType.Parser.ParseFrom(ByteString.Empty));
            Assert.NotEmpty(EntityText.Describe(s_program, entity));
        }
        Assert.Equal("counter Ingress.port_rx[7]", EntityText.Describe(s_program, new Entity { CounterEntry = new CounterEntry { CounterId = 301989889, Index = new P4.V1.Index { Index_ = 7 } } }));
    }

    private static string Fault(System.Action action) => Assert.Throws<P4InfoException>(action).Message;

    private static string Fault(Func<object> action) => Assert.Throws<P4InfoException>(action).Message;
}
