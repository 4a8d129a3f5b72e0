using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Text;

namespace Telemetry.P4Runtime.Tests.Text;

public sealed class ProtoTextTests
{
    private static readonly TypeRegistry s_types = TypeRegistry.FromMessages(P4.V1.Error.Descriptor, TableEntry.Descriptor);

    [Fact]
    public void Parse_EverySyntax_SameMessage()
    {
        var plain = ProtoText.Parse<P4Info>("""
            tables { preamble { id: 255 name: "a.b" } size: -1 is_const_table: true direct_resource_ids: 1 direct_resource_ids: 2 }
            tables { preamble { id: 8 } idle_timeout_behavior: NOTIFY_CONTROL }
            """);
        var odd = ProtoText.Parse<P4Info>("""
            # a comment with { and "
            tables: < preamble: { id: 0xFF, name: 'a'   ".b" }; size : - 1 is_const_table: t, direct_resource_ids: [1, 0x2] > # more
            tables [ { preamble { id: 010 }; idle_timeout_behavior: 1 direct_resource_ids: [] } ]
            """);
        Assert.Equal(plain, odd);
        Assert.Equal([1u, 2u], odd.Tables[0].DirectResourceIds);
    }

    [Fact]
    public void Parse_Escapes_Bytes()
    {
        var text = "tables { preamble { name: \"\\a\\b\\f\\n\\r\\t\\v\\?\\\\\\'\\\"\\101\\x41\\u00e9\\U0001F600\\ud83d\\ude00é😀\" } }";
        Assert.Equal("\a\b\f\n\r\t\v?\\'\"AAé😀😀é😀", ProtoText.Parse<P4Info>(text).Tables[0].Preamble.Name);
        var data = ProtoText.Parse<P4Data>("bitstring: \"\\377\\0\\1\\xfF\\1019\"");
        Assert.Equal([0xFF, 0, 1, 0xFF, 0x41, (byte)'9'], data.Bitstring.ToByteArray());
    }

    [Fact]
    public void Parse_MapEntries_LastOneWins()
    {
        var types = ProtoText.Parse<P4TypeInfo>("""
            structs { key: "a" value { members { name: "x" } } }
            structs { key: "b" }
            structs [ { value { members { name: "y" } } key: 'a' } ]
            """);
        Assert.Equal("y", types.Structs["a"].Members[0].Name);
        Assert.Empty(types.Structs["b"].Members);
    }

    [Fact]
    public void Parse_WellKnownTypes_FloatsAndWrappers()
    {
        var value = ProtoText.Parse<Value>("list_value { values { number_value: -1.5e3 } values { number_value: inf } values { number_value: .5f } values { number_value: 0x10 } values { null_value: NULL_VALUE } }");
        Assert.Equal([-1500, double.PositiveInfinity, 0.5, 16], value.ListValue.Values.Take(4).Select(v => v.NumberValue));
        Assert.Equal(value, ProtoText.Parse<Value>(ProtoText.Format(value)));
        var option = ProtoText.Parse<Google.Protobuf.WellKnownTypes.Type>("options { name: \"n\" value { [type.googleapis.com/google.protobuf.UInt64Value] { value: 18446744073709551615 } } }",
            TypeRegistry.FromMessages(UInt64Value.Descriptor));
        Assert.Equal(ulong.MaxValue, option.Options[0].Value.Unpack<UInt64Value>().Value);
    }

    [Fact]
    public void Any_Expanded_BothWays()
    {
        const string Text = """
            code: 2
            details {
              [type.googleapis.com/p4.v1.Error] {
                canonical_code: 6
                message: "twice"
              }
            }
            details {
              [type.googleapis.com/p4.v1.TableEntry] {
              }
            }

            """;
        var status = ProtoText.Parse<Google.Rpc.Status>(Text, s_types);
        Assert.Equal("twice", status.Details[0].Unpack<P4.V1.Error>().Message);
        Assert.Equal(Text, ProtoText.Format(status, s_types));
        Assert.Equal("1:11: type p4.v1.Error of an Any is not known here",
            Fault<Google.Rpc.Status>("details { [type.googleapis.com/p4.v1.Error] { } }"));
        Assert.Equal(status, ProtoText.Parse<Google.Rpc.Status>(ProtoText.Format(status)));
    }

    [Theory]
    [InlineData("tabels { }", "1:1: p4.config.v1.P4Info has no field tabels; known: pkg_info, tables,")]
    [InlineData("tables {\n  size: x\n}", "2:9: expected an integer for size, found 'x'")]
    [InlineData("tables { size 5 }", "1:15: expected ':' after size, found '5'")]
    [InlineData("tables 5", "1:8: expected '{' after tables, found '5'")]
    [InlineData("tables: 5", "1:9: expected '{' after tables, found '5'")]
    [InlineData("tables {", "1:9: expected '}' or a field of p4.config.v1.Table, found the end of the text")]
    [InlineData("tables { >", "1:10: expected a field name of p4.config.v1.Table, found '>'")]
    [InlineData("tables { size: 1 size: 2 }", "1:18: field size of p4.config.v1.Table is given twice")]
    [InlineData("tables { implementation_id: -1 }", "1:29: -1 does not fit implementation_id (uint32: 0 to 4294967295)")]
    [InlineData("tables { implementation_id: 4294967296 }", "1:29: 4294967296 does not fit implementation_id (uint32: 0 to 4294967295)")]
    [InlineData("tables { size: 9223372036854775808 }", "1:16: 9223372036854775808 does not fit size (int64: -9223372036854775808 to 9223372036854775807)")]
    [InlineData("tables { size: 99999999999999999999 }", "1:16: expected an integer for size, found '99999999999999999999'")]
    [InlineData("tables { size: 089 }", "1:16: expected an integer for size, found '089'")]
    [InlineData("tables { is_const_table: yes }", "1:26: expected true or false for is_const_table, found 'yes'")]
    [InlineData("tables { idle_timeout_behavior: LATER }", "1:33: p4.config.v1.Table.IdleTimeoutBehavior has no value LATER; known: NO_TIMEOUT, NOTIFY_CONTROL")]
    [InlineData("tables { preamble { name: 5 } }", "1:27: expected a string for name, found '5'")]
    [InlineData("tables { preamble { name: \"a\n\" } }", "1:29: the string is not closed: expected \"")]
    [InlineData("tables { preamble { name: \"\\q\" } }", "1:29: unknown escape \\q")]
    [InlineData("tables { preamble { name: \"\\x\" } }", "1:30: expected 1 hex digit(s)")]
    [InlineData("tables { preamble { name: \"\\777\" } }", "1:29: \\777 is larger than a byte")]
    [InlineData("tables { preamble { name: \"\\ud800\" } }", "1:34: D800 is no code point")]
    [InlineData("tables { preamble { name: \"\\377\" } }", "1:27: the string of name is not UTF-8")]
    [InlineData("tables { direct_resource_ids: [1 2] }", "1:34: expected ',' or ']' in the list of direct_resource_ids, found '2'")]
    [InlineData("tables { direct_resource_ids: [1,] }", "1:34: expected an integer for direct_resource_ids, found ']'")]
    [InlineData("tables { } }", "1:12: expected a field name of p4.config.v1.P4Info, found '}'")]
    [InlineData("tables { match_fields { match_type: LPM other_match_type: \"x\" } }", "1:41: fields match_type and other_match_type exclude each other in p4.config.v1.MatchField")]
    [InlineData("type_info { structs { kay: 1 } }", "1:23: expected 'key', 'value' or '}' in an entry of structs, found 'kay'")]
    [InlineData("tables $", "1:8: unexpected character $")]
    [InlineData("tables { size: \"1\" }", "1:16: expected an integer for size, found a string")]
    public void Parse_Wrong_PlaceAndExpectation(string text, string expected) =>
        Assert.StartsWith(expected, Fault<P4Info>(text), StringComparison.Ordinal);

    [Fact]
    public void Parse_TooDeep_ErrorInsteadOfStackOverflow()
    {
        var text = string.Concat(Enumerable.Repeat("tuple { members { ", 60)) + string.Concat(Enumerable.Repeat("} }", 60));
        Assert.Contains("nested deeper than 100", Fault<P4DataTypeSpec>(text), StringComparison.Ordinal);
        var legal = string.Concat(Enumerable.Repeat("tuple { members { ", 50)) + string.Concat(Enumerable.Repeat("} }", 50));
        Assert.NotNull(ProtoText.Parse<P4DataTypeSpec>(legal));
    }

    [Fact]
    public void Format_PresenceDefaultsAndBytes_ReadBack()
    {
        var match = new FieldMatch { FieldId = 3, Exact = new() { Value = ByteString.CopyFrom(0, 0x31, 0xFF, (byte)'"', (byte)'\\') } };
        Assert.Equal("field_id: 3\nexact {\n  value: \"\\0001\\377\\\"\\\\\"\n}\n", ProtoText.Format(match));
        Assert.Equal("", ProtoText.Format(new FieldMatch()));
        // A oneof member at its default still has to be written.
        Assert.Equal("action_profile_member_id: 0\n", ProtoText.Format(new TableAction { ActionProfileMemberId = 0 }));
        Assert.Equal("type: MODIFY\n", ProtoText.Format(new Update { Type = Update.Types.Type.Modify }));
        Assert.Equal("type: 77\n", ProtoText.Format(new Update { Type = (Update.Types.Type)77 }));
        Assert.Equal(new Update { Type = (Update.Types.Type)77 }, ProtoText.Parse<Update>("type: 77"));
    }

    [Fact]
    public void Parse_MutatedText_OnlyItsOwnException()
    {
        var seed = ProtoText.Format(Schema.P4InfoIndexTests.Program.Info);
        var random = new Random(7);
        const string Alphabet = "{}<>[]:;,\"'\\#0x1a_- \n.";
        for (var round = 0; round < 1500; round++)
        {
            var start = random.Next(seed.Length);
            var text = seed.Substring(start, Math.Min(random.Next(300), seed.Length - start)).ToCharArray();
            for (var flips = random.Next(4); flips > 0 && text.Length > 0; flips--)
                text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];
            try
            {
                ProtoText.Parse<P4Info>(new string(text));
            }
            catch (TextFormatException e)
            {
                Assert.True(e.Line >= 1 && e.Column >= 1);
            }
        }
    }

    private static string Fault<T>(string text)
        where T : IMessage<T>, new() => Assert.Throws<TextFormatException>(() => ProtoText.Parse<T>(text)).Message;
}
