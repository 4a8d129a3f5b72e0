using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Tracing;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Tracing;

public sealed class PacketTraceTests
{
    /// <summary>A header of a type and an address; type 1 is routed by the address, anything else is dropped.</summary>
    private static ProgramJson Router() => new ProgramJson()
        .Header("h", "type:8", "addr:16")
        .Add("counter_arrays", """{"name":"seen","id":0,"size":4,"is_direct":false}""")
        .State("start", Extract("h"), """{"type":"field","value":["h","type"]}""", Match("0x01", null, null) + "," + Default(null))
        .Action("drop", [], Call("mark_to_drop", """{"type":"header","value":"standard_metadata"}"""))
        .Action("route", ["port:9"], Call("assign", Field("standard_metadata", "egress_spec"), Param(0)), Call("count", Named("counter_array", "seen"), Hex(2)))
        .Table("ingress", "routes", ["lpm:h.addr"], ["route", "drop"], "drop")
        .Condition("ingress", "is_routed", Op("==", Field("h", "type"), Hex(1)), "routes", null)
        .Start("ingress", "is_routed");

    private static void Route(Bench bench)
    {
        SwitchProgram program = bench.Switch.Program!;
        Table table = bench.Switch.State!.Tables.First(t => t.Definition.Name == "routes");
        TableEntry entry = new() { Match = [new MatchValueOf(0x0A00, 8).Lpm] };
        entry.SetAction(program.Model.Actions.First(a => a.Name == "route"), [2]);
        table.Insert(entry);
    }

    [Fact]
    public void StartTrace_FixedPacket_TellsEveryStep()
    {
        using Bench bench = new(Router());
        Route(bench);
        RecordedTrace trace = new();
        bench.Switch.StartTrace(new TraceOptions(TraceLevel.Trace), trace);
        bench.Send(1, "01 0A05 CAFE");
        Assert.Equal(
            [
                "[D] [0.0] received on port 1, 5 bytes",
                "[D] [0.0] parser: state start",
                "[D] [0.0] parser: extract h, 3 bytes at 0",
                "[T] [0.0] h.type = 0x01",
                "[T] [0.0] h.addr = 0x0a05",
                "[D] [0.0] parser: state start, key 0x01, next accept",
                "[D] [0.0] parser: end, 3 bytes parsed",
                "[D] [0.0] ingress: start",
                "[T] [0.0] condition is_routed is true",
                "[T] [0.0] table routes: apply",
                "[D] [0.0] table routes: key h.addr = 0x0a05",
                "[D] [0.0] table routes: hit, entry 0 (0x0a00/8)",
                "[D] [0.0] action route(port = 0x002)",
                "[T] [0.0] standard_metadata.egress_spec = 0x002",
                "[T] [0.0] counter seen[2]: counted",
                "[D] [0.0] ingress: end",
                "[D] [0.0] queued for port 2, priority 0, behind 0 packets",
                "[D] [0.0] left the queue of port 2, priority 0 after 0 us, 0 packets remain",
                "[D] [0.0] egress: start",
                "[D] [0.0] egress: end",
                "[D] [0.0] deparser: emit h, 3 bytes",
                "[D] [0.0] deparser: end, 3 bytes of headers, 2 of payload",
                "[D] [0.0] transmitted on port 2, 5 bytes",
            ],
            trace.Lines);
    }

    [Fact]
    public void StartTrace_MissDropAndShortPacket_AreTold()
    {
        using Bench bench = new(Router());
        Route(bench);
        RecordedTrace trace = new();
        bench.Switch.StartTrace(new TraceOptions(TraceLevel.Debug), trace);
        bench.Send(1, "01 0B05");
        Assert.Contains("[D] [0.0] table routes: miss", trace.Lines);
        Assert.Equal("[D] [0.0] ingress: dropped at its end", trace.Lines[^1]);
        Assert.DoesNotContain(trace.Lines, l => l.StartsWith("[T]", StringComparison.Ordinal));
        bench.Send(1, "01");
        Assert.Contains("[E] [1.0] parser: error PacketTooShort at byte 0", trace.Lines);
    }

    [Theory]
    [InlineData(TraceLevel.Info, new[] { "[E] packet of port 1: parser error PacketTooShort" })]
    [InlineData(TraceLevel.Error, new[] { "[E] packet of port 1: parser error PacketTooShort" })]
    [InlineData(TraceLevel.Off, new string[0])]
    public void StartTrace_LevelsAboveDebug_TellErrorsOnly(TraceLevel level, string[] expected)
    {
        using Bench bench = new(Router());
        RecordedTrace trace = new();
        bench.Switch.StartTrace(new TraceOptions(level), trace);
        bench.Send(1, "01 0A05 CAFE");
        bench.Send(1, "01");
        Assert.Equal(expected, trace.Lines);
    }

    [Theory]
    [InlineData(TraceLevel.Info, 3, new[] { "[I] [0.0] data 010A05..." })]
    [InlineData(TraceLevel.Info, 64, new[] { "[I] [0.0] data 010A05CAFE" })]
    [InlineData(TraceLevel.Error, 64, new string[0])]
    public void StartTrace_WithData_ShowsTheFirstBytes(TraceLevel level, int bytes, string[] expected)
    {
        using Bench bench = new(Router());
        Route(bench);
        RecordedTrace trace = new();
        bench.Switch.StartTrace(new TraceOptions(level, DumpBytes: bytes), trace);
        bench.Send(1, "01 0A05 CAFE");
        Assert.Equal(expected, trace.Lines);
    }

    [Fact]
    public void StartTrace_OnePort_TellsItsPacketsOnly()
    {
        using Bench bench = new(Router());
        Route(bench);
        RecordedTrace trace = new();
        bench.Switch.StartTrace(new TraceOptions(TraceLevel.Debug, IngressPort: 3), trace);
        bench.Send(1, "01 0A05 CAFE");
        Assert.Empty(trace.Lines);
        bench.Send(3, "01 0A05 CAFE");
        Assert.Equal("[D] [1.0] received on port 3, 5 bytes", trace.Lines[0]);
        Assert.Equal(2, bench.Wires[2].Frames.Count);
    }

    [Fact]
    public void StartTrace_MorePacketsThanAllowed_SkipsAndCountsThem()
    {
        using Bench bench = new(Router());
        Route(bench);
        RecordedTrace trace = new();
        bench.Switch.StartTrace(new TraceOptions(TraceLevel.Debug, PacketsPerSecond: 2), trace);
        for (int i = 0; i < 5; i++)
        {
            bench.Switch.Receive(1, [1, 0x0A, 5]);
        }

        Assert.Equal((2, 3, 5), (trace.Lines.Count(l => l.Contains("received", StringComparison.Ordinal)), trace.Skipped, bench.Wires[2].Frames.Count));
        bench.Loop.RunUntil(bench.Loop.NowNs + 500_000_000);
        bench.Switch.Receive(1, [1, 0x0A, 5]);
        bench.Switch.Receive(1, [1, 0x0A, 5]);
        Assert.Equal((3, 4), (trace.Lines.Count(l => l.Contains("received", StringComparison.Ordinal)), trace.Skipped));
        trace.HasRoom = false;
        bench.Loop.RunUntil(bench.Loop.NowNs + 5_000_000_000);
        bench.Switch.Receive(1, [1, 0x0A, 5]);
        Assert.Equal((3, 5), (trace.Lines.Count(l => l.Contains("received", StringComparison.Ordinal)), trace.Skipped));
    }

    [Fact]
    public void StartTrace_EndedAndSwapped_FollowsTheSwitch()
    {
        using Bench bench = new(Router());
        RecordedTrace trace = new();
        IDisposable session = bench.Switch.StartTrace(new TraceOptions(TraceLevel.Debug), trace);
        bench.Switch.LoadProgram(SwitchProgram.Load(new ProgramJson().State("start", "").Run("ingress", "forward", null, ToPort(3)).Bytes));
        bench.Send(1, "00");
        Assert.Equal("[I] runs test.p4", trace.Lines[0]);
        Assert.Contains("[D] [0.0] action forward()", trace.Lines);
        int before = trace.Lines.Count;
        session.Dispose();
        bench.Send(1, "00");
        Assert.Equal(before, trace.Lines.Count);
        Assert.Equal(2, bench.Wires[3].Frames.Count);
    }

    [Fact]
    public void StartTrace_ProgramLogs_ReadersGetTheLines()
    {
        using Bench bench = new(new ProgramJson().State("start", "").Run("ingress", "say", null, Call("log_msg", """{"type":"string","value":"n = {}"}""", $$"""{"type":"parameters_vector","value":[{{Hex(7)}}]}""")));
        RecordedTrace trace = new();
        bench.Switch.StartTrace(new TraceOptions(TraceLevel.Info), trace);
        bench.Send(1, "00");
        Assert.Equal(["[I] n = 7"], trace.Lines);
        Assert.Equal(["n = 7"], bench.Log);
    }

    [Fact]
    public void StartTrace_Workers_WaitMeanwhile()
    {
        using Bench bench = new(Router(), new SwitchOptions { Name = "s1", Workers = 2 });
        Assert.True(bench.Switch.RunsInParallel);
        IDisposable session = bench.Switch.StartTrace(new TraceOptions(TraceLevel.Debug), new RecordedTrace());
        Assert.False(bench.Switch.RunsInParallel);
        session.Dispose();
        Assert.True(bench.Switch.RunsInParallel);
        bench.Switch.StartTrace(new TraceOptions(TraceLevel.Info), new RecordedTrace());
        Assert.True(bench.Switch.RunsInParallel);
    }

    private readonly record struct MatchValueOf(int Value, int Length)
    {
        public Telemetry.SoftSwitch.Programs.Model.MatchValue Lpm => new(Value, 0, Length);
    }
}
