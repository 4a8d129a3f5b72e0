using Google.Protobuf;
using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Text;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Tests.Schema;

public sealed class P4DataTextTests
{
    private static readonly P4TypeInfo s_types = ProtoText.Parse<P4TypeInfo>("""
        structs { key: "learn_t" value {
          members { name: "mac" type_spec { bitstring { bit { bitwidth: 48 } } } }
          members { name: "port" type_spec { new_type { name: "port_t" } } }
          members { name: "kind" type_spec { enum { name: "kind_t" } } }
          members { name: "skew" type_spec { bitstring { int { bitwidth: 8 } } } }
        } }
        enums { key: "kind_t" value { members { name: "NEW" } members { name: "MOVED" } } }
        serializable_enums { key: "color_t" value { underlying_type { bitwidth: 8 } members { name: "RED" value: "\001" } } }
        new_types { key: "port_t" value { original_type { bitstring { bit { bitwidth: 9 } } } } }
        """);

    [Theory]
    [InlineData("struct { name: \"learn_t\" }", "{mac=08:00:00:00:01:11, port=511, kind=MOVED, skew=-3}")]
    [InlineData("bitstring { bit { bitwidth: 16 } }", "65535")]
    [InlineData("bool {}", "true")]
    [InlineData("serializable_enum { name: \"color_t\" }", "RED")]
    [InlineData("tuple { members { bool {} } members { struct { name: \"learn_t\" } } }", "(false, {mac=00:00:00:00:00:01, port=0, kind=NEW, skew=127})")]
    public void Parse_Formatted_IsTheSameAgain(string type, string text)
    {
        var spec = ProtoText.Parse<P4DataTypeSpec>(type);
        Assert.Equal(text, P4DataText.Format(P4DataText.Parse(text, spec, s_types, "cell"), spec, s_types));
    }

    [Theory]
    [InlineData("struct { name: \"learn_t\" }", "{mac=1}", "cell: no value for member port; expected mac, port, kind, skew")]
    [InlineData("struct { name: \"learn_t\" }", "{mac=1, prt=1}", "cell: no member prt; known: mac, port, kind, skew")]
    [InlineData("struct { name: \"learn_t\" }", "7", "cell: '7' has to stand in {}")]
    [InlineData("bitstring { bit { bitwidth: 4 } }", "16", "cell (bit<4>): 0x10 needs 5 bits")]
    [InlineData("bitstring { int { bitwidth: 4 } }", "-9", "cell (bit<4>): -9 does not fit")]
    [InlineData("enum { name: \"kind_t\" }", "OLD", "cell: no member OLD; known: NEW, MOVED")]
    [InlineData("header { name: \"h\" }", "{}", "cell: values of Header cannot be given as text")]
    public void Parse_Wrong_SaysWhatWasExpected(string type, string text, string fault) =>
        Assert.Equal(fault, Assert.Throws<P4ValueException>(() => P4DataText.Parse(text, ProtoText.Parse<P4DataTypeSpec>(type), s_types, "cell")).Message);

    [Fact]
    public void Format_NoType_ShowsBits()
    {
        Assert.Equal("0x1f", P4DataText.Format(new P4Data { Bitstring = ByteString.CopyFrom(0, 0x1f) }, null, null));
        Assert.Equal("nothing", P4DataText.Format(null, null, null));
        foreach (var field in P4Data.Descriptor.Fields.InDeclarationOrder().Where(f => f.FieldType == Google.Protobuf.Reflection.FieldType.Message))
        {
            var data = new P4Data();
            field.Accessor.SetValue(data, field.MessageType.Parser.ParseFrom(ByteString.Empty));
            Assert.NotEmpty(P4DataText.Format(data, null, null));
        }
    }
}
