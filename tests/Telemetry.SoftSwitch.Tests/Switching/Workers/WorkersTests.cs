using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Switching.Workers;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Time;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;
using Switch = Telemetry.SoftSwitch.Switching.Switch;

namespace Telemetry.SoftSwitch.Tests.Switching.Workers;

public sealed class WorkersTests
{
    private const int Frames = 20_000;

    [Theory]
    [InlineData("l3_lpm", true, true)]
    [InlineData("stack_varbit", true, true)]
    [InlineData("register_hash", false, true)]
    public void Of_Program_FindsTheHalvesThatRememberNothing(string program, bool ingress, bool egress) =>
        Assert.Equal(new ParallelStages(ingress, egress), ParallelStages.Of(SwitchProgram.Load(Json(program)).Model));

    [Fact]
    public void Of_StepThatRemembers_KeepsItsHalfOnOneThread()
    {
        ProgramJson register = new ProgramJson().Header("h", "a:8").State("start", Extract("h"))
            .Add("register_arrays", """{"name":"r","id":0,"bitwidth":32,"size":4}""")
            .Run("ingress", "forward", null, ToPort(2))
            .Run("egress", "count", null, Call("register_write", Named("register_array", "r"), Hex(0), Hex(1)));
        Assert.Equal(new ParallelStages(true, false), ParallelStages.Of(SwitchProgram.Load(register.Bytes).Model));
    }

    /// <summary>Routing with checksums, counters of entries and ports, to three ports of which one has a line rate.</summary>
    [Fact]
    public async Task Gather_FourWorkers_SameFramesInTheSameOrderAsOne()
    {
        (List<string>[] one, long[] oneCounts) = await RunAsync("l3_lpm", 1, Routes);
        (List<string>[] four, long[] fourCounts) = await RunAsync("l3_lpm", 4, Routes);
        for (int port = 2; port <= 4; port++)
        {
            Assert.True(one[port].Count > 1000);
            Assert.Equal(one[port], four[port]);
        }

        Assert.Equal(oneCounts, fourCounts);
    }

    /// <summary>Egress remembers the last sequence number of each flow and clones some packets, so it stays in order; ingress does not remember.</summary>
    [Theory]
    [InlineData("egress", true)]
    [InlineData("ingress", false)]
    public async Task Gather_ProgramWithRegisters_SameFramesInTheSameOrderAsOne(string half, bool parallel)
    {
        ProgramJson program = new ProgramJson().Header("h", "flow:8", "last:8", "clone:8").State("start", Extract("h"))
            .Add("register_arrays", """{"name":"r","id":0,"bitwidth":8,"size":256}""")
            .Add("field_lists", """{"id":1,"name":"none","elements":[]}""")
            .Action("swap", [],
                Call("register_read", Field("scalars", "color"), Named("register_array", "r"), Field("h", "flow")),
                Call("register_write", Named("register_array", "r"), Field("h", "flow"), Field("h", "last")),
                Assign("h", "last", Field("scalars", "color")))
            .Action("copy", [], Call("clone_egress_pkt_to_egress", Hex(5), Hex(1)))
            .Action("forward", [], ToPort(2));
        program = half == "ingress"
            ? program.Do("ingress", "forward", "tbl_swap").Do("ingress", "swap").Condition("egress", "only", Op("==", Field("h", "clone"), Hex(1)), "tbl_copy", null).Do("egress", "copy")
            : program.Do("ingress", "forward").Do("egress", "swap", "only").Condition("egress", "only", Op("==", Field("h", "clone"), Hex(1)), "tbl_copy", null).Do("egress", "copy");
        (List<string>[] one, _) = await RunAsync(program.Bytes, 1, Prepare, Make, false);
        (List<string>[] four, _) = await RunAsync(program.Bytes, 4, Prepare, Make, parallel);
        Assert.Equal(Frames, one[2].Count);
        Assert.True(one[3].Count > 1000);
        Assert.Equal(one[2], four[2]);
        Assert.Equal(one[3], four[3]);

        static void Prepare(Switch target) => target.State!.CloneSessions[5] = new CloneSession([new Replica(3, 0)], 0, 0);
        static byte[] Make(int i) => [(byte)(i % 7), (byte)i, (byte)(i % 5 == 0 && i % 7 != 0 ? 1 : 0), (byte)(i >> 8)];
    }

    private static byte[] Json(string program) => Repository.Bytes("tests", "data", "p4", program, $"{program}.json");

    private static void Routes(Switch target)
    {
        P4InfoIndex info = P4InfoIndex.FromText(Repository.Text("tests", "data", "p4", "l3_lpm", "l3_lpm.p4info.txtpb"));
        TestController controller = new(target);
        controller.SetPipeline(Json("l3_lpm"), info);
        for (int i = 0; i < 9; i++)
        {
            controller.Add(info, "routes", [("hdr.ipv4.dst_addr", $"10.0.{i}.0/24")], "route", [("next_hop", "02:00:00:00:00:02"), ("port", 2 + (i % 3))]);
        }
    }

    private static Task<(List<string>[] Out, long[] Counts)> RunAsync(string program, int workers, Action<Switch> prepare) =>
        RunAsync(Json(program), workers, prepare, i =>
        {
            byte[] frame = new byte[60 + (i % 100)];
            (frame[12], frame[14], frame[22], frame[26], frame[30], frame[32], frame[33]) = (8, 0x45, (byte)(i % 3), 10, 10, (byte)(i % 11), (byte)i);
            ushort sum = Wire.Headers.InternetChecksum.Compute(frame.AsSpan(14, 20));
            (frame[24], frame[25]) = ((byte)(sum >> 8), (byte)(sum + (i % 13 == 0 ? 1 : 0)));
            return frame;
        }, workers > 1);

    private static async Task<(List<string>[] Out, long[] Counts)> RunAsync(byte[] json, int workers, Action<Switch> prepare, Func<int, byte[]> make, bool parallel)
    {
        // The switch is made while its loop stands still, so that the controller's calls end before they return.
        EventLoop loop = new();
        Switch target = new(loop, new SwitchOptions { Name = "s1", Workers = workers });
        RecordingPort[] wires = [.. Enumerable.Range(0, 5).Select(_ => new RecordingPort(loop))];
        for (int port = 2; port <= 4; port++)
        {
            // Fast enough for no drop, slow enough that packets queue.
            target.AttachPort(port, wires[port], port == 4 ? new PortOptions(10_000_000_000, Frames) : new PortOptions());
        }

        target.LoadProgram(SwitchProgram.Load(json));
        prepare(target);
        using CancellationTokenSource stop = new();
        Thread thread = new(() => loop.RunRealTime(stop.Token)) { IsBackground = true };
        thread.Start();
        Random random = new(1);
        for (int i = 0; i < Frames;)
        {
            int count = Math.Min(random.Next(1, 400), Frames - i);
            int first = i;
            await loop.InvokeAsync(() =>
            {
                for (int k = first; k < first + count; k++)
                {
                    target.Gather(1 + (k % 3), make(k));
                }

                target.RunGathered();
                return true;
            });
            i += count;
        }

        while (await loop.InvokeAsync(() => target.GetPortStatistics(4).Queued > 0))
        {
            await Task.Delay(1);
        }

        Assert.Equal(parallel, target.RunsInParallel);
        await stop.CancelAsync();
        thread.Join();
        loop.Dispose();
        long[] counts =
        [
            .. target.State!.CounterPackets.SelectMany(c => c), .. target.State.CounterBytes.SelectMany(c => c),
            .. target.State.Tables.SelectMany(t => t.Entries.Append(t.Default)).SelectMany(e => new[] { e.Packets, e.Bytes }),
            .. Enumerable.Range(0, 5).SelectMany(p => new[] { target.GetPortStatistics(p).RxPackets, target.GetPortStatistics(p).TxBytes, target.GetPortStatistics(p).QueueDrops }),
        ];
        return ([.. wires.Select(w => w.Frames.Select(f => f.Hex).ToList())], counts);
    }
}
