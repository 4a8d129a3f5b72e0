using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Compilation;

public sealed class ParserTests
{
    private const string Lookahead = """{"type":"lookahead","value":[4,12]}""";

    /// <summary>Reports the parser error in the first byte of the header "r", in front of everything.</summary>
    private static ProgramJson WithReport(ProgramJson program) => program
        .Run("ingress", "report", null, Call("add_header", Named("header", "r")), Assign("r", "error", Field("standard_metadata", "parser_error")), ToPort(2));

    private static ProgramJson Program() => new ProgramJson().Header("r", "error:8");

    [Fact]
    public void Parse_FieldsOfOddWidths_RoundTrip()
    {
        ProgramJson program = new ProgramJson()
            .Header("h", "a:3", "b:13", "c:20", "d:60", "e:7", "f:1", "g:128", "i:48", "j:24", "k:40", "l:56", "m:4", "n:100")
            .State("start", Extract("h"))
            .Run("ingress", "out", null, ToPort(2));
        using Bench bench = new(program);
        string frame = string.Concat(Enumerable.Range(0, 63).Select(i => $"{(i * 37) & 0xFF:X2}")) + "AABBCC";
        Assert.Equal(frame, bench.Through(frame));
    }

    [Theory]
    [InlineData("0A 12 34", "010A1234")]
    [InlineData("0B 12 34", "020B1234")]
    [InlineData("1F 12 34", "031F1234")]
    [InlineData("FF 12 34", "04FF1234")]
    [InlineData("00 12 34", "00001234")]
    public void Select_ValuesMasksAndDefault_TakesTheFirstMatch(string frame, string expected)
    {
        ProgramJson program = new ProgramJson()
            .Header("r", "kind:8").Header("h", "x:8", "y:8", "z:8")
            .State("start", Extract("h"), Field("h", "x"), string.Join(',', Match("0x0a", null, "one"), Match("0x0b", null, "two"), Match("0x10", "0x70", "three"), Match("0x80", "0x80", "four"), Default(null)))
            .State("one", Set(1)).State("two", Set(2)).State("three", Set(3)).State("four", Set(4))
            .Run("ingress", "out", null, Call("add_header", Named("header", "r")), Assign("r", "kind", Field("scalars", "color")), ToPort(2));
        using Bench bench = new(program);
        Assert.Equal(expected, bench.Through(frame));

        static string Set(int value) => $$"""{"op":"set","parameters":[{{Field("scalars", "color")}},{{Hex(value)}}]}""";
    }

    [Fact]
    public void Select_TwoKeysAndLookahead_AreConcatenatedBytePadded()
    {
        ProgramJson program = WithReport(Program().Header("h", "x:4", "y:12").Header("t", "v:16")
            .State("start", Extract("h"), $"{Field("h", "x")},{Lookahead}", string.Join(',', Match("0x0a0bcd", null, "more"), Default(null)))
            .State("more", Extract("t")));
        using Bench bench = new(program);
        Assert.Equal("00A1230BCDEE", bench.Through("A123 0BCD EE"));
        Assert.Equal("00A1230BCEEE", bench.Through("A123 0BCE EE"));
    }

    [Fact]
    public void Extract_TooShort_ReportsErrorAndLeavesHeaderOut()
    {
        using Bench bench = new(WithReport(Program().Header("h", "x:32").State("start", Extract("h"))));
        Assert.Equal("01AABBCC", bench.Through("AABBCC"));
        Assert.Equal("00AABBCCDD", bench.Through("AABBCCDD"));
    }

    [Fact]
    public void Verify_False_SetsItsErrorAndStops()
    {
        string verify = $$"""{"op":"verify","parameters":[{{Op("==", Field("h", "x"), Hex(1))}},{{Hex(7)}}]}""";
        using Bench bench = new(WithReport(Program().Header("h", "x:8").Header("t", "y:8").State("start", $"{Extract("h")},{verify},{Extract("t")}")));
        Assert.Equal("070203", bench.Through("0203"));
        Assert.Equal("000103", bench.Through("0103"));
    }

    [Fact]
    public void Stack_ExtractLoop_FillsUntilFullThenReportsStackOutOfBounds()
    {
        string extract = """{"op":"extract","parameters":[{"type":"stack","value":"s"}]}""";
        string last = """{"type":"stack_field","value":["s","more"]}""";
        using Bench bench = new(WithReport(Program().Type("tag_t", "more:8", "v:8").Stack("s", "tag_t", 3)
            .State("start", extract, last, string.Join(',', Match("0x01", null, "start"), Default(null)))));
        Assert.Equal("0001AA01BB00CCEE", bench.Through("01AA 01BB 00CC EE"));
        Assert.Equal("0301AA01BB01CC01DD00EE", bench.Through("01AA 01BB 01CC 01DD 00EE"));
    }

    [Theory]
    [InlineData("push", "01AA02BB03CC", "0001AA02BB")]
    [InlineData("pop", "01AA02BB03CC", "0002BB03CC")]
    public void Stack_PushAndPop_MoveElements(string operation, string frame, string expected)
    {
        string extract = """{"op":"extract","parameters":[{"type":"stack","value":"s"}]}""";
        using Bench bench = new(Program().Type("tag_t", "i:8", "v:8").Stack("s", "tag_t", 3)
            .State("start", $"{extract},{extract},{extract}")
            .Run("ingress", "move", null, Call(operation, Named("header_stack", "s"), Hex(1)), Call("add_header", Named("header", "r")), ToPort(2)));
        Assert.Equal(expected, bench.Through(frame));
    }

    [Fact]
    public void Stack_DynamicIndex_ReadsAndWritesTheElement()
    {
        string extract = """{"op":"extract","parameters":[{"type":"stack","value":"s"}]}""";
        string element = $$$"""{"op":"dereference_header_stack","left":{"type":"header_stack","value":"s"},"right":{{{Field("h", "index")}}} }""";
        string field = $$$"""{"type":"expression","value":{"type":"expression","value":{"op":"access_field","left":{"type":"expression","value":{{{element}}} },"right":1} } }""";
        using Bench bench = new(new ProgramJson().Header("h", "index:8", "out:8").Type("tag_t", "i:8", "v:8").Stack("s", "tag_t", 2)
            .State("start", $"{Extract("h")},{extract},{extract}")
            .Run("ingress", "use", null, Assign("h", "out", field), Call("assign", field, Hex(0x77)), ToPort(2)));
        Assert.Equal("01BB00AA0177", bench.Through("0100 00AA 01BB"));
        Assert.Equal("00AA0077 01BB".Replace(" ", "", StringComparison.Ordinal), bench.Through("0000 00AA 01BB"));
        Assert.EndsWith("00AA01BB", bench.Through("0900 00AA 01BB"), StringComparison.Ordinal);
    }

    [Fact]
    public void Varbit_ExtractedByLength_RoundTripsAndChecks()
    {
        string extract = $$"""{"op":"extract_VL","parameters":[{"type":"regular","value":"v"},{{Op("*", Field("h", "n"), Hex(8))}}]}""";
        using Bench bench = new(WithReport(Program().Header("h", "n:8").Header("v", "a:8", "options:*", "z:8").State("start", $"{Extract("h")},{extract}")));
        Assert.Equal("0003AA010203EEFF", bench.Through("03 AA 010203 EE FF"));
        Assert.Equal("0000AAEE", bench.Through("00 AA EE"));
        Assert.Equal("0109AA0102", bench.Through("09 AA 0102"));
        Assert.Equal("04" + "27" + new string('1', 100), bench.Through("27" + new string('1', 100)));
    }

    [Fact]
    public void Advance_ByBits_SkipsBytesOrReports()
    {
        string advance = $$"""{"op":"advance","parameters":[{{Field("h", "n")}}]}""";
        using Bench bench = new(WithReport(Program().Header("h", "n:8").Header("t", "x:8").State("start", $"{Extract("h")},{advance},{Extract("t")}")));
        Assert.Equal("0010DD", bench.Through("10 AABB DD"));
        Assert.Equal("0604AABB", bench.Through("04 AABB"));
        Assert.Equal("0120AABB", bench.Through("20 AABB"));
    }
}
