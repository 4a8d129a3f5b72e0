using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Switching;

public sealed class TrafficTests
{
    private static string Meta(string field) => Field("standard_metadata", field);

    private static ProgramJson Base() => new ProgramJson().Header("h", "a:8", "b:8").Header("m", "x:16", "y:16").State("start", Extract("h"))
        .Add("field_lists", $$"""{"id":1,"name":"none","elements":[]}""")
        .Add("field_lists", $$"""{"id":2,"name":"keep","elements":[{{Field("scalars", "keep")}}]}""");

    /// <summary>Egress writes two metadata fields in front of what goes out.</summary>
    private static ProgramJson Report(ProgramJson program, string x, string y, string? only = null)
    {
        string[] steps = [Call("add_header", Named("header", "m")), Assign("m", "x", x), Assign("m", "y", y)];
        program.Action("report", [], steps);
        if (only is null)
        {
            return program.Do("egress", "report");
        }

        return program.Condition("egress", "only", only, "tbl_report", null).Do("egress", "report");
    }

    private static void Clones(Bench bench, int session, params Replica[] replicas) => bench.Switch.State!.CloneSessions[session] = new CloneSession(replicas, 0, 0);

    [Fact]
    public void Unicast_DropAndUnknownPort_Count()
    {
        using Bench bench = new(Base().Run("ingress", "forward", null, Assign("standard_metadata", "egress_spec", Field("h", "a"))));
        bench.Send(1, "02AA");
        bench.Send(1, "09AA");
        Assert.Single(bench.Wires[2].Frames);
        Assert.Equal(new PortStatistics(0, 0, 1, 2, 0, 0, 0), bench.Switch.GetPortStatistics(2));
        Assert.Equal(2, bench.Switch.GetPortStatistics(1).RxPackets);
        Assert.Equal(1, bench.Switch.GetPortStatistics(9).DownDrops);
        using Bench drop = new(Base().Run("ingress", "drop", null, Call("mark_to_drop", Named("header", "standard_metadata"))));
        drop.Send(1, "02AA");
        Assert.All(drop.Wires.Values, w => Assert.Empty(w.Frames));
    }

    [Fact]
    public void PortDown_LosesFramesBothWaysAndCounts()
    {
        using Bench bench = new(Base().Run("ingress", "forward", null, ToPort(2)));
        bench.Switch.SetPortUp(2, false);
        bench.Send(1, "02AA");
        bench.Send(2, "02AA");
        Assert.Equal(2, bench.Switch.GetPortStatistics(2).DownDrops);
        Assert.Empty(bench.Wires[2].Frames);
        bench.Switch.SetPortUp(2, true);
        bench.Send(1, "02AA");
        Assert.Single(bench.Wires[2].Frames);
    }

    [Fact]
    public void Multicast_CopiesToEachReplicaWithItsInstance()
    {
        using Bench bench = new(Report(Base().Run("ingress", "flood", null, Assign("standard_metadata", "mcast_grp", Hex(7))), Meta("egress_rid"), Meta("instance_type")));
        bench.Switch.State!.MulticastGroups[7] = new MulticastGroup([new Replica(2, 1), new Replica(3, 9)]);
        bench.Send(1, "0102EE");
        Assert.Equal("010200010005EE", Assert.Single(bench.Wires[2].Frames).Hex);
        Assert.Equal("010200090005EE", Assert.Single(bench.Wires[3].Frames).Hex);
    }

    [Fact]
    public void CloneIngress_CarriesOriginalBytesAndTheFieldListOnly()
    {
        using Bench bench = new(Report(
            Base().Run("ingress", "clone", null, Assign("scalars", "keep", Hex(0x1234)), Assign("scalars", "tmp", Hex(0x55)), Call("clone_ingress_pkt_to_egress", Hex(5), Hex(2)), Assign("h", "a", Hex(0xEE)), ToPort(2)),
            Op("+", Field("scalars", "keep"), Field("scalars", "tmp")), Meta("instance_type")));
        Clones(bench, 5, new Replica(3, 0));
        bench.Send(1, "0102FF");
        Assert.Equal("EE0212890000FF", Assert.Single(bench.Wires[2].Frames).Hex);
        Assert.Equal("010212340001FF", Assert.Single(bench.Wires[3].Frames).Hex);
    }

    [Fact]
    public void CloneEgress_KeepsHeadersAndSeesEgressOnly()
    {
        ProgramJson program = Base().Run("ingress", "forward", null, Assign("scalars", "keep", Hex(0x77)), Assign("scalars", "tmp", Hex(1)), ToPort(2))
            .Action("report", [], Call("add_header", Named("header", "m")), Assign("m", "x", Op("+", Field("scalars", "keep"), Field("scalars", "tmp"))), Assign("m", "y", Meta("instance_type")))
            .Action("clone", [], Assign("h", "a", Hex(0xEE)), Call("clone_egress_pkt_to_egress", Hex(5), Hex(2)))
            .Condition("egress", "is_clone", Op("==", Meta("instance_type"), Hex(2)), "tbl_report", "tbl_clone")
            .Do("egress", "report").Do("egress", "clone");
        using Bench bench = new(program);
        Clones(bench, 5, new Replica(3, 0));
        bench.Send(1, "0102FF");
        Assert.Equal("EE02FF", Assert.Single(bench.Wires[2].Frames).Hex);
        Assert.Equal("EE0200770002FF", Assert.Single(bench.Wires[3].Frames).Hex);
    }

    [Fact]
    public void CloneEgress_OfEveryClone_IsEndedAndCounted()
    {
        using Bench bench = new(Base().Run("ingress", "forward", null, ToPort(2)).Run("egress", "clone", null, Call("clone_egress_pkt_to_egress", Hex(5), Hex(1))));
        Clones(bench, 5, new Replica(3, 0));
        bench.Send(1, "0102FF");
        Assert.True(bench.Wires[3].Frames.Count > 10);
        Assert.Equal(1, bench.Switch.InternalDrops);
    }

    [Fact]
    public void Resubmit_ParsesTheOriginalAgainAndKeepsTheList()
    {
        ProgramJson program = Base()
            .Condition("ingress", "again", Op("==", Meta("instance_type"), Hex(6)), "tbl_second", "tbl_first")
            .Run("ingress", "first", null, Assign("scalars", "keep", Hex(0x99)), Assign("h", "a", Hex(0xEE)), Call("resubmit", Hex(2)))
            .Run("ingress", "second", null, Assign("h", "b", Field("scalars", "keep")), ToPort(2));
        using Bench bench = new(program);
        Assert.Equal("0199FF", bench.Through("0102FF"));
    }

    [Fact]
    public void Recirculate_EntersWithTheNewBytes()
    {
        ProgramJson program = Base()
            .Condition("ingress", "again", Op("==", Meta("instance_type"), Hex(4)), "tbl_second", "tbl_first")
            .Run("ingress", "first", null, Assign("h", "a", Hex(0xEE)), ToPort(3))
            .Run("ingress", "second", null, Assign("h", "b", Meta("packet_length")), ToPort(2))
            .Action("go", [], Call("recirculate", Hex(1)))
            .Condition("egress", "out", Op("==", Meta("egress_port"), Hex(3)), "tbl_go", null).Do("egress", "go");
        using Bench bench = new(program);
        Assert.Equal("EE03FF", bench.Through("0102FF"));
        Assert.Empty(bench.Wires[3].Frames);
    }

    [Fact]
    public void Truncate_KeepsTheSmallestLength()
    {
        using Bench bench = new(Base().Run("ingress", "forward", null, ToPort(2)).Run("egress", "cut", null, Call("truncate", Hex(5)), Call("truncate", Hex(3)), Call("truncate", Hex(9))));
        Assert.Equal("0102FF", bench.Through("0102FFFFFFFF"));
    }

    [Fact]
    public void Queue_AtARate_SpacesFramesAndTellsDepthAndWait()
    {
        // 100 bytes at 8 Mbit/s take 100 us on the wire.
        using Bench bench = new(Report(Base().Run("ingress", "forward", null, ToPort(2)), Meta("deq_timedelta"), Meta("deq_qdepth")), ports: new PortOptions(8_000_000, 3));
        for (int i = 0; i < 6; i++)
        {
            bench.Switch.Receive(1, Convert.FromHexString("0102" + new string('0', 188)));
        }

        Assert.Equal(3, bench.Switch.GetPortStatistics(2).Queued);
        bench.Loop.RunUntil(1_000_000);
        Assert.Equal([0L, 100_000, 200_000, 300_000], bench.Wires[2].Frames.Select(f => f.AtNs));
        Assert.Equal(["00000000", "00640002", "00C80001", "012C0000"], bench.Wires[2].Frames.Select(f => f.Hex[4..12]));
        Assert.Equal(2, bench.Switch.GetPortStatistics(2).QueueDrops);
    }

    [Fact]
    public void Queue_HigherPriority_OvertakesAndHasItsOwnRoom()
    {
        using Bench bench = new(Base().Run("ingress", "forward", null, Assign("standard_metadata", "priority", Op("&", Field("h", "a"), Hex(7))), ToPort(2)), ports: new PortOptions(8_000_000, 2));
        foreach (string frame in (string[])["0001", "0002", "0003", "0004", "0705"])
        {
            bench.Switch.Receive(1, Convert.FromHexString(frame));
        }

        bench.Loop.RunUntil(1_000_000);
        Assert.Equal(["0001", "0705", "0002", "0003"], bench.Wires[2].Frames.Select(f => f.Hex));
    }

    [Fact]
    public void Observer_SeesTheSameDepthsAndTimesAsTheProgram()
    {
        Recorder recorder = new();
        using Bench bench = new(Report(Base().Run("ingress", "forward", null, ToPort(2)), Meta("deq_timedelta"), Meta("deq_qdepth")),
            new SwitchOptions { Name = "s1", Observer = recorder }, new PortOptions(8_000_000, 2));
        for (int i = 0; i < 4; i++)
        {
            bench.Switch.Receive(1, Convert.FromHexString("0102" + new string('0', 188)));
        }

        bench.Loop.RunUntil(1_000_000);
        Assert.Equal(
            ["in 1", "out 0 0", "tx 100", "in 1", "in 2", "drop", "out 1 100000", "tx 100", "out 0 200000", "tx 100"], recorder.Events);
    }

    [Theory]
    [InlineData(false, 4000)]
    [InlineData(true, 8000)]
    public void FastPath_SteadyTraffic_AllocatesNothing(bool withClone, int expected)
    {
        ProgramJson program = Report(
            withClone ? Base().Run("ingress", "forward", null, ToPort(2), Call("clone_ingress_pkt_to_egress", Hex(5), Hex(2))) : Base().Run("ingress", "forward", null, ToPort(2)),
            Meta("deq_timedelta"), Meta("deq_qdepth"));
        Telemetry.SoftSwitch.Time.EventLoop loop = new();
        Switch target = new(loop, new SwitchOptions { Name = "s1" });
        target.AttachPort(2, new SilentPort(), new PortOptions(8_000_000_000));
        target.LoadProgram(Telemetry.SoftSwitch.Programs.SwitchProgram.Load(program.Bytes));
        target.State!.CloneSessions[5] = new CloneSession([new Replica(2, 0)], 0, 0);
        byte[] frame = new byte[200];
        void Run(int count)
        {
            for (int i = 0; i < count; i++)
            {
                target.Receive(1, frame);
                loop.RunUntil(loop.NowNs + 1000);
            }
        }

        Run(2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(2000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(expected, target.GetPortStatistics(2).TxPackets);
        loop.Dispose();
    }

    private sealed class SilentPort : IPort
    {
        public void Transmit(ReadOnlySpan<byte> frame)
        {
        }
    }

    private sealed class Recorder : ISwitchObserver
    {
        public List<string> Events { get; } = [];

        public void OnEnqueued(int port, int queue, int depth, long nowNs) => Events.Add($"in {depth}");

        public void OnDequeued(int port, int queue, int depth, long ingressNs, long enqueuedNs, long nowNs) => Events.Add($"out {depth} {nowNs - enqueuedNs}");

        public void OnTailDrop(int port, int queue, long nowNs) => Events.Add("drop");

        public void OnTransmit(int port, ReadOnlySpan<byte> frame, long ingressNs, long nowNs) => Events.Add($"tx {frame.Length}");
    }
}
