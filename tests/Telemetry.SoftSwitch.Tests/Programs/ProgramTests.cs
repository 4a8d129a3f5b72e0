using System.Text;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Programs;

public sealed class ProgramTests
{
    [Fact]
    public void Load_SameBytes_SharesTheProgram()
    {
        ProgramJson program = new ProgramJson().Header("h", "a:8").State("start", Extract("h"));
        Assert.Same(SwitchProgram.Load(program.Bytes), SwitchProgram.Load(program.Bytes));
    }

    [Fact]
    public void Load_SeveralUnsupportedThings_NamesEachWithItsPlace()
    {
        ProgramJson program = new ProgramJson().Header("h", "a:8", "big:70000").State("start", Extract("h"));
        ProgramException wide = Assert.Throws<ProgramException>(() => SwitchProgram.Load(program.Bytes));
        Assert.Contains("header type h_t, field big: 70000 bits wide", wide.Message, StringComparison.Ordinal);

        ProgramJson many = new ProgramJson().Header("h", "a:8").State("start", Extract("h"))
            .Add("extern_instances", """{"name":"u","id":0,"type":"x"}""")
            .Add("calculations", """{"name":"calc","id":0,"algo":"md5","input":[]}""")
            .Action("act", [], Assign("h", "nope", Hex(1)),
                """{"op":"frobnicate","parameters":[],"source_info":{"filename":"x.p4","line":42,"column":1,"source_fragment":"f()"}}""")
            .Do("ingress", "act", "nowhere");
        ProgramException fault = Assert.Throws<ProgramException>(() => SwitchProgram.Load(many.Bytes));
        Assert.Contains(fault.Faults, f => f.Contains("extern_instances: u", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("md5", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("action act, primitive 1 (frobnicate)", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("has no field nope; its fields: a", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("(x.p4:42)", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("unknown next node nowhere", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"pipelines":[]}""")]
    [InlineData("""{"pipelines":5,"header_types":[{"name":"x","fields":[["a"]]}],"actions":[{"id":"z"}]}""")]
    public void Load_NoBmv2Json_ThrowsProgramException(string json) =>
        Assert.NotEmpty(Assert.Throws<ProgramException>(() => SwitchProgram.Load(Encoding.UTF8.GetBytes(json))).Faults);

    [Fact]
    public void Load_NewerFormat_IsRefused()
    {
        ProgramJson program = new ProgramJson().Set("__meta__", """{"version":[3,0]}""").State("start", "");
        Assert.Contains("3.0", Assert.Throws<ProgramException>(() => SwitchProgram.Load(program.Bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MutatedJson_NeverThrowsAnythingElse()
    {
        byte[] json = new ProgramJson().Header("h", "a:8", "b:16").State("start", Extract("h"), Field("h", "a"), string.Join(',', Match("0x0a", null, "start"), Default(null)))
            .Action("set", ["v:16"], Call("assign", Field("h", "b"), Param(0)), Call("_jump", Hex(0)))
            .Table("ingress", "t", ["ternary:h.a"], ["set"])
            .Condition("egress", "node", Op("==", Field("h", "a"), Hex(1)), null, null).Bytes;
        Random random = new(11);
        for (int i = 0; i < 300; i++)
        {
            byte[] mutated = [.. json];
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(32, 127);
            }

            try
            {
                Telemetry.SoftSwitch.Programs.Reading.ProgramReader.Read(mutated);
            }
            catch (ProgramException fault)
            {
                Assert.NotEmpty(fault.Faults);
            }
        }
    }
}
