using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Cli.Benchmarks;

/// <summary>
/// Table updates over gRPC at full speed while packets flow at half the rate that the switch has alone: what both get, how
/// many packets are lost, and how long they take.
/// </summary>
internal static class WriteTrafficRun
{
    private const string Table = "routes";
    private const int FrameBytes = 64;
    private const int BatchFrames = 64;

    /// <summary>Frames that may wait for the switch in memory, as in the ring of a network card; more are lost.</summary>
    private const int WaitingFrames = 4_096;

    /// <summary>How late the sender may be and still send what it missed: a machine without a free processor must not make bursts of it.</summary>
    private const double LongestCatchUpSeconds = 0.001;
    private const int Entries = 100_000;
    private const int Batch = 1_000;
    private const int InFlight = 4;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(0.2);
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(500);

    /// <summary>In this process, the frames in memory.</summary>
    public static async Task<IReadOnlyList<BenchResult>> MemoryAsync(TimeSpan time, TextWriter progress, CancellationToken cancellation)
    {
        SwitchWorkload workload = Load();
        double alone = await SwitchMemoryRun.MeasureAsync(workload, 1, time, cancellation).ConfigureAwait(false);
        await progress.WriteLineAsync($"  {alone:N0} packets/s alone").ConfigureAwait(false);
        CountingPort wire = new();
        using MemorySwitch made = MemorySwitch.Create(workload.Program, workload.Entries, wire);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Thread thread = new(() => made.Loop.RunRealTime(stop.Token)) { IsBackground = true, Name = "bench switch" };
        thread.Start();
        try
        {
            P4RuntimeServer server = await P4RuntimeServer.StartAsync(made.Switch, "127.0.0.1", 0, cancellation).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                Flow? flow = null;
                Thread? sending = null;
                double updates = await UpdateAsync(
                    $"127.0.0.1:{server.Port}",
                    workload.Program,
                    time,
                    () =>
                    {
                        flow = new Flow(made, workload.Frames, alone / 2);
                        sending = new Thread(() => flow.Run(time)) { IsBackground = true, Name = "bench sender" };
                        sending.Start();
                    },
                    cancellation).ConfigureAwait(false);
                sending!.Join();
                await made.Loop.InvokeAsync(() => true).ConfigureAwait(false); // what waits is through now
                long lost = flow!.Offered - wire.Frames;
                await progress.WriteLineAsync($"  garbage collection paused it {flow.PausedMs:N0} ms in all, generations {flow.Collections}").ConfigureAwait(false);
                return
                [
                    new("write-traffic-memory", updates, "updates/s"),
                    new("traffic-memory", flow.Offered / flow.Seconds, "packets/s"),
                    new("traffic-memory-share", flow.Offered / flow.Seconds / alone, "of alone"),
                    new("traffic-memory-lost", lost, "packets"),
                    new("traffic-memory-latency-p50", flow.LatencyUs(0.5), "us"),
                    new("traffic-memory-latency-p99", flow.LatencyUs(0.99), "us"),
                    new("traffic-memory-latency-max", flow.LatencyUs(1), "us"),
                ];
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            thread.Join();
        }
    }

    /// <summary>In a process of its own, the frames over virtual cables; Linux and root.</summary>
    /// <exception cref="CommandException">The switch did not start or forwards nothing.</exception>
    public static async Task<IReadOnlyList<BenchResult>> VethAsync(TimeSpan time, TextWriter progress, CancellationToken cancellation)
    {
        SwitchWorkload workload = Load();
        SwitchProcess kind = SwitchProcess.Own(1);
        double alone = await SwitchVethRun.MeasureAsync(kind, workload, time, progress, cancellation).ConfigureAwait(false);
        using VirtualCable into = VirtualCable.Create("i");
        using VirtualCable outOf = VirtualCable.Create("o");
        (Process process, string address) = kind.Start(into.Far, outOf.Far);
        try
        {
            await SwitchVethRun.ProgramAsync(kind, process, address, workload, cancellation).ConfigureAwait(false);
            using EventLoop idle = new();
            using PacketSocketPort sender = new(into.Near, idle);
            await SwitchVethRun.ProbeAsync(kind, sender, workload, outOf, cancellation).ConfigureAwait(false);
            await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
            (long before, long sent) = (outOf.NearReceived, 0);
            Thread? sending = null;
            double updates = await UpdateAsync(
                address,
                workload.Program,
                time,
                () =>
                {
                    sending = new Thread(() => sent = SwitchVethRun.Send(sender, workload.Frames, alone / 2, time, cancellation)) { IsBackground = true, Name = "bench sender" };
                    sending.Start();
                },
                cancellation).ConfigureAwait(false);
            sending!.Join();
            await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
            return
            [
                new("write-traffic-veth", updates, "updates/s"),
                new("traffic-veth", sent / time.TotalSeconds, "packets/s"),
                new("traffic-veth-share", sent / time.TotalSeconds / alone, "of alone"),
                new("traffic-veth-lost", sent - (outOf.NearReceived - before), "packets"),
            ];
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            process.Dispose();
        }
    }

    private static SwitchWorkload Load() =>
        SwitchWorkload.Routing(RoomyProgram.Of(SwitchWorkload.Load("l3", FrameBytes).Program, Table, 2 * Entries), FrameBytes);

    /// <summary>Inserts and deletes the same entries in turn, in batches; updates a second.</summary>
    private static async Task<double> UpdateAsync(string address, P4Program program, TimeSpan time, System.Action start, CancellationToken cancellation)
    {
        using GrpcChannel channel = SwitchChannel.Create(address);
        P4.V1.P4Runtime.P4RuntimeClient client = new(channel);
        Uint128 election = new() { High = ulong.MaxValue, Low = 1 }; // above whoever set the switch up
        using AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> stream = client.StreamChannel(cancellationToken: cancellation);
        await stream.RequestStream.WriteAsync(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { ElectionId = election } }, cancellation).ConfigureAwait(false);
        await stream.ResponseStream.MoveNext(cancellation).ConfigureAwait(false);
        WriteRequest[] inserts = Requests(program.Table(Table), election, Update.Types.Type.Insert);
        WriteRequest[] deletes = Requests(program.Table(Table), election, Update.Types.Type.Delete);
        await SendAsync(client, inserts, cancellation).ConfigureAwait(false); // warms both sides
        await SendAsync(client, deletes, cancellation).ConfigureAwait(false);
        GC.Collect();
        start();
        long updates = 0;
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            await SendAsync(client, inserts, cancellation).ConfigureAwait(false);
            await SendAsync(client, deletes, cancellation).ConfigureAwait(false);
            updates += 2 * Entries;
        }

        return updates / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task SendAsync(P4.V1.P4Runtime.P4RuntimeClient client, WriteRequest[] requests, CancellationToken cancellation)
    {
        Queue<Task> running = new();
        foreach (WriteRequest request in requests)
        {
            if (running.Count >= InFlight)
            {
                await running.Dequeue().ConfigureAwait(false);
            }

            running.Enqueue(client.WriteAsync(request, cancellationToken: cancellation).ResponseAsync);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    /// <summary>Routes to 172.16.0.0 and on, which no frame takes.</summary>
    private static WriteRequest[] Requests(ProgramTable table, Uint128 election, Update.Types.Type type) => [.. Enumerable.Range(0, Entries).Chunk(Batch).Select(chunk =>
    {
        WriteRequest request = new() { ElectionId = election };
        request.Updates.AddRange(chunk.Select(i => new Update
        {
            Type = type,
            Entity = P4Update.Insert(table.Entry(
                m => m.Lpm("hdr.ipv4.dst_addr", 0xAC100000u + (uint)i, 32),
                a => a.Call("route", ("next_hop", "02:00:00:00:00:03"), ("port", 3)))).Entry.Entity,
        }));
        return request;
    })];

    private sealed class CountingPort : IPort
    {
        public long Frames { get; private set; }

        public void Transmit(ReadOnlySpan<byte> frame) => Frames++;
    }

    /// <summary>Frames that arrive in batches at an even pace, and wait for the switch in a buffer that can overflow.</summary>
    private sealed class Flow(MemorySwitch target, byte[][] frames, double packetsPerSecond)
    {
        private readonly List<double> _latenciesUs = [];
        private long _taken;
        private int _next;

        /// <summary>Frames that were to be forwarded.</summary>
        public long Offered { get; private set; }

        public double Seconds { get; private set; }

        public double PausedMs { get; private set; }

        /// <summary>Collections of each generation.</summary>
        public string Collections { get; private set; } = "";

        public double LatencyUs(double quantile)
        {
            _latenciesUs.Sort();
            return _latenciesUs[Math.Min(_latenciesUs.Count - 1, (int)(quantile * _latenciesUs.Count))];
        }

        public void Run(TimeSpan time)
        {
            TimeSpan paused = GC.GetTotalPauseDuration();
            int[] collections = [.. Enumerable.Range(0, 3).Select(GC.CollectionCount)];
            long started = Stopwatch.GetTimestamp();
            double missed = 0;
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                double now = Stopwatch.GetElapsedTime(started).TotalSeconds;
                double due = (now - missed) * packetsPerSecond;
                if (Offered > due)
                {
                    Thread.Sleep(s_pause);
                    continue;
                }

                missed += Math.Max(0, ((due - Offered) / packetsPerSecond) - LongestCatchUpSeconds);
                Offered += BatchFrames;
                if (Offered - Interlocked.Read(ref _taken) <= WaitingFrames)
                {
                    long at = Stopwatch.GetTimestamp();
                    target.Loop.Post(() => Take(at));
                }
                else
                {
                    Interlocked.Add(ref _taken, BatchFrames); // lost
                }
            }

            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            PausedMs = (GC.GetTotalPauseDuration() - paused).TotalMilliseconds;
            Collections = string.Join('/', collections.Select((before, i) => GC.CollectionCount(i) - before));
        }

        private void Take(long arrived)
        {
            for (int i = 0; i < BatchFrames; i++)
            {
                target.Switch.Gather(SwitchWorkload.InPort, frames[_next]);
                _next = _next + 1 == frames.Length ? 0 : _next + 1;
            }

            target.Switch.RunGathered();
            Interlocked.Add(ref _taken, BatchFrames);
            _latenciesUs.Add(Stopwatch.GetElapsedTime(arrived).TotalMicroseconds);
        }
    }
}
