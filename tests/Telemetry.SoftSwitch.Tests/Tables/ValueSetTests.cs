using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Tables;

public sealed class ValueSetTests
{
    private static Bench Make(string mask = "null") => new(new ProgramJson().Header("h", "a:4", "b:12").Header("x", "v:8")
        .Add("parse_vsets", """{"name":"vs","id":0,"compressed_bitwidth":16,"max_size":8}""")
        .State("start", Extract("h"), $"{Field("h", "a")},{Field("h", "b")}", $$"""{"type":"parse_vset","value":"vs","mask":{{mask}},"next_state":"more"},{{Default(null)}}""")
        .State("more", Extract("x"))
        .Run("ingress", "run", null, Assign("x", "v", Hex(0x55)), ToPort(2)));

    [Fact]
    public void Transition_MemberOfTheSet_IsTaken()
    {
        using Bench bench = Make();
        ValueSet set = bench.Switch.State!.ValueSets[0];
        Assert.Equal([4, 12], set.PartWidths);
        Assert.Equal("123400", bench.Through("123400"));
        Assert.True(set.Add(0x1234));
        Assert.False(set.Add(0x1234));
        Assert.Equal("123455", bench.Through("123400"));
        Assert.Equal("123500", bench.Through("123500"));
        Assert.True(set.Remove(0x1234));
        Assert.Equal("123400", bench.Through("123400"));
        set.Replace([[new MatchValue(1, 0, 0), new MatchValue(2, 0, 0)], [new MatchValue(1, 0, 0), new MatchValue(2, 0, 0)]]);
        Assert.Single(set.Members);
        Assert.Equal("100255", bench.Through("100200"));
    }

    [Fact]
    public void Transition_MaskInTheProgram_ComparesTheMaskedBits()
    {
        using Bench bench = Make("\"0x0f0f00\"");
        bench.Switch.State!.ValueSets[0].Add(0x1234);
        Assert.Equal("12FF55", bench.Through("12FF00"));
        Assert.Equal("13FF00", bench.Through("13FF00"));
    }

    [Fact]
    public void Configure_TernaryAndRange_MatchByPart()
    {
        using Bench bench = Make();
        ValueSet set = bench.Switch.State!.ValueSets[0];
        set.Configure([MatchKind.Ternary, MatchKind.Range]);
        set.Add([new MatchValue(8, 8, 0), new MatchValue(0x100, 0x1FF, 0)]);
        Assert.Equal("910055", bench.Through("910000"));
        Assert.Equal("920000", bench.Through("920000"));
        Assert.Equal("110000", bench.Through("110000"));
    }
}
