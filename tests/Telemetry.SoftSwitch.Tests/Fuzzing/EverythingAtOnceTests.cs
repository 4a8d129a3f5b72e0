using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Differential;
using Telemetry.SoftSwitch.Tests.Service;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SwitchControl.V1;
using Xunit.Abstractions;
using ConfigAction = P4.V1.SetForwardingPipelineConfigRequest.Types.Action;

namespace Telemetry.SoftSwitch.Tests.Fuzzing;

/// <summary>
/// Damaged programs, random P4Runtime writes and reads, random packets, changing queues and traces, all at once on one
/// switch over the network: nothing breaks, hangs or grows, and a refused pipeline leaves the old one running. Three
/// seconds, or as long as TELEMETRY_FUZZ_SECONDS says.
/// </summary>
public sealed class EverythingAtOnceTests(ITestOutputHelper output)
{
    private const int Ports = 4;
    private static readonly TimeSpan CallLimit = TimeSpan.FromMinutes(2);

    /// <summary>What memory may differ by: heaps that the collector has not given back, and the largest arrays that a damaged program may ask for.</summary>
    private const long SlackBytes = 400L << 20;
    private static readonly Uint128 Election = new() { Low = 1 };
    private readonly int _seed = Environment.GetEnvironmentVariable("TELEMETRY_FUZZ_SECONDS") is null ? 5 : Environment.TickCount;
    private readonly (byte[] Json, P4InfoIndex Info)[] _programs =
    [
        .. Directory.GetDirectories(Path.Combine(Repository.Root, "tests", "data", "p4")).Where(d => Path.GetFileName(d) != "bundled").Order(StringComparer.Ordinal)
            .Select(d => Path.Combine(d, Path.GetFileName(d)))
            .Select(p => (File.ReadAllBytes(p + ".json"), P4InfoIndex.FromText(File.ReadAllText(p + ".p4info.txtpb")))),
    ];

    private long _accepted;
    private long _refused;
    private long _writes;
    private long _packets;
    private long _traceLines;

    [Fact]
    public async Task Switch_EverythingAtOnce_NeitherBreaksNorGrows()
    {
        int seconds = int.TryParse(Environment.GetEnvironmentVariable("TELEMETRY_FUZZ_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : 3;
        using RealTimeLoop loop = new();
        SoftSwitch.Switching.Switch target = await loop.Loop.InvokeAsync(() =>
        {
            SoftSwitch.Switching.Switch made = new(loop.Loop, new SwitchOptions { Name = "fuzz" });
            for (int port = 1; port <= Ports; port++)
            {
                made.AttachPort(port, new CountingPort(), new PortOptions());
            }

            return made;
        });
        await using P4RuntimeServer server = await P4RuntimeServer.StartAsync(target, "127.0.0.1", 0);
        using SocketsHttpHandler handler = new() { MaxResponseHeadersLength = 4096 };
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Port}", new GrpcChannelOptions { HttpHandler = handler, MaxReceiveMessageSize = null });
        P4.V1.P4Runtime.P4RuntimeClient client = new(channel);
        using AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> stream = client.StreamChannel();
        await stream.RequestStream.WriteAsync(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { ElectionId = Election } });
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
        await client.SetForwardingPipelineConfigAsync(Config(ServiceFixture.Json, ServiceFixture.Info, ConfigAction.VerifyAndCommit, 1));

        Stopwatch clock = Stopwatch.StartNew();
        bool Worked() => _refused > 0 && _accepted > 0 && _writes > 0 && _packets > 0 && Interlocked.Read(ref _traceLines) > 0;

        // On a busy machine seconds may pass in which one part gets no turn.
        bool Goes() => clock.Elapsed.TotalSeconds < seconds || (!Worked() && clock.Elapsed < CallLimit);
        using CancellationTokenSource stop = new();
        Task reading = ReadAsync(stream.ResponseStream, stop.Token);
        Task[] work =
        [
            Task.Run(() => PushAsync(client, new Random(_seed), Goes)),
            Task.Run(() => WriteAsync(client, stream.RequestStream, new Random(_seed + 1), Goes)),
            Task.Run(() => SendAsync(loop, target, new Random(_seed + 2), Goes)),
            Task.Run(() => ControlAsync(new SwitchControl.V1.SwitchControl.SwitchControlClient(channel), new Random(_seed + 3), Goes)),
        ];
        List<(double AtSeconds, long Resident, long Managed)> memory = [];
        Task all = Task.WhenAll(work);
        for (int sample = 0; sample <= 10; sample++)
        {
            // The first tenth warms up; each worker also ends by itself.
            TimeSpan wait = TimeSpan.FromSeconds(seconds * (0.1 + (0.085 * sample))) - clock.Elapsed;
            await Task.WhenAny(all, Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero));
            Assert.False(Array.Exists(work, w => w.IsFaulted), $"seed {_seed}: {Array.Find(work, w => w.IsFaulted)?.Exception}");
            memory.Add((clock.Elapsed.TotalSeconds, Environment.WorkingSet, GC.GetTotalMemory(true)));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{memory[^1].AtSeconds,6:F0} s: {memory[^1].Resident >> 20,5} MiB resident, {memory[^1].Managed >> 20,4} MiB managed"));
        }

        await all.WaitAsync(CallLimit);
        await client.SetForwardingPipelineConfigAsync(Config(ServiceFixture.Json, ServiceFixture.Info, ConfigAction.VerifyAndCommit, 1), deadline: DateTime.UtcNow + CallLimit);
        await loop.Run(() => Probe(target));
        await loop.Until(() => target.GetPortStatistics(2).Queued == 0, "the queues to empty");
        await stop.CancelAsync();
        await reading;
        output.WriteLine($"seed {_seed}: {_refused} programs refused, {_accepted} accepted, {_writes} writes, {_packets} packets, {_traceLines} lines of trace");
        Assert.True(Worked(), "a part did nothing");
        Assert.True(memory[^1].Managed < memory[0].Managed + SlackBytes, "the managed heap grew");
        Assert.True(memory[^1].Resident < memory[memory.Count / 2].Resident + SlackBytes, "the process grew");
    }

    /// <summary>After all that the switch does what it is told.</summary>
    private static void Probe(SoftSwitch.Switching.Switch target)
    {
        for (int port = 1; port <= Ports; port++)
        {
            target.SetPortUp(port, true);
            target.SetPortOptions(port, new PortOptions());
            for (int priority = 0; priority < 8; priority++)
            {
                target.SetQueueOptions(port, priority, new QueueOptions());
            }
        }

        long before = target.GetPortStatistics(2).TxPackets;
        target.Receive(1, Convert.FromHexString("01000005000000000000"));
        Assert.Equal(before + 1, target.GetPortStatistics(2).TxPackets);
    }

    /// <summary>Pushes programs, most of them damaged; what was refused must not have changed what runs.</summary>
    private async Task PushAsync(P4.V1.P4Runtime.P4RuntimeClient client, Random random, Func<bool> goes)
    {
        JsonMutator mutator = new(random);
        ulong running = 1;
        for (ulong cookie = 2; goes(); cookie++)
        {
            (byte[] json, P4InfoIndex info) = random.Next(3) == 0 ? _programs[random.Next(_programs.Length)] : (ServiceFixture.Json, ServiceFixture.Info);
            byte[] pushed = random.Next(5) == 0 ? json : mutator.Mutate(json);
            ConfigAction action = random.Next(4) switch { 0 => ConfigAction.Verify, 1 => ConfigAction.ReconcileAndCommit, _ => ConfigAction.VerifyAndCommit };
            try
            {
                await client.SetForwardingPipelineConfigAsync(Config(pushed, info, action, cookie), deadline: DateTime.UtcNow + CallLimit);
                running = action == ConfigAction.Verify ? running : cookie;
                Interlocked.Increment(ref _accepted);
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.InvalidArgument or StatusCode.Unimplemented or StatusCode.FailedPrecondition or StatusCode.ResourceExhausted)
            {
                Interlocked.Increment(ref _refused);
            }

            GetForwardingPipelineConfigResponse now = await client.GetForwardingPipelineConfigAsync(
                new GetForwardingPipelineConfigRequest { ResponseType = GetForwardingPipelineConfigRequest.Types.ResponseType.CookieOnly }, deadline: DateTime.UtcNow + CallLimit);
            Assert.True(now.Config.Cookie.Cookie_ == running, $"seed {_seed}: pipeline {now.Config.Cookie.Cookie_} runs, {running} should after {action} of {cookie}");
        }
    }

    private async Task WriteAsync(P4.V1.P4Runtime.P4RuntimeClient client, IClientStreamWriter<StreamMessageRequest> stream, Random random, Func<bool> goes)
    {
        while (goes())
        {
            try
            {
                switch (random.Next(20))
                {
                    case 0:
                        StreamMessageRequest message = new() { Packet = new PacketOut() };
                        RandomEntities.Fill(message.Packet, random, 0);
                        await stream.WriteAsync(message);
                        break;
                    case 1 or 2:
                        ReadRequest filter = new();
                        filter.Entities.Add(new Entity());
                        RandomEntities.Fill(filter.Entities[0], random, 0);
                        using (AsyncServerStreamingCall<ReadResponse> read = client.Read(filter, deadline: DateTime.UtcNow + CallLimit))
                        {
                            while (await read.ResponseStream.MoveNext(CancellationToken.None))
                            {
                            }
                        }

                        break;
                    default:
                        await client.WriteAsync(RandomEntities.Request(random), deadline: DateTime.UtcNow + CallLimit);
                        break;
                }
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.Unknown or StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.Unimplemented or StatusCode.FailedPrecondition)
            {
                // Refused, as most of it should be.
            }

            Interlocked.Increment(ref _writes);
        }
    }

    private async Task SendAsync(RealTimeLoop loop, SoftSwitch.Switching.Switch target, Random random, Func<bool> goes)
    {
        byte[][] known = [Convert.FromHexString("0100000500000000AABB"), Convert.FromHexString("010100010A0000010203"), Convert.FromHexString("0200000500000000AABBCCDDEEFF")];
        NearMisses source = new([.. known.Select((f, i) => (1 + i, f))], [1, 2, 3, 4, 510], _seed);
        while (goes())
        {
            (int Port, byte[] Frame)[] burst = [.. Enumerable.Range(0, 64).Select(_ => source.Next())];
            await loop.Run(() =>
            {
                foreach ((int port, byte[] frame) in burst)
                {
                    target.Receive(port, frame);
                }

                target.SetPortUp(random.Next(1, Ports + 1), random.Next(4) != 0);
            });
            Interlocked.Add(ref _packets, burst.Length);
        }
    }

    /// <summary>Changes rates and depths, and reads a trace now and then.</summary>
    private async Task ControlAsync(SwitchControl.V1.SwitchControl.SwitchControlClient client, Random random, Func<bool> goes)
    {
        while (goes())
        {
            SetQueueRequest change = new() { Port = (uint)random.Next(1, Ports + 1), RateBps = (ulong)(random.Next(2) * random.Next(1_000_000, 1_000_000_000)), DepthPackets = (uint)random.Next(1, 200) };
            if (random.Next(2) == 0)
            {
                change.Priority = (uint)random.Next(8);
            }

            await client.SetQueueAsync(change, deadline: DateTime.UtcNow + CallLimit);
            await client.GetQueuesAsync(new GetQueuesRequest(), deadline: DateTime.UtcNow + CallLimit);
            await client.SetTimingAsync(new SetTimingRequest { On = random.Next(2) == 0 }, deadline: DateTime.UtcNow + CallLimit);
            using (AsyncServerStreamingCall<TraceResponse> trace = client.Trace(new TraceRequest { Level = (LogLevel)random.Next(1, 4) }, deadline: DateTime.UtcNow + CallLimit))
            {
                using CancellationTokenSource enough = new(TimeSpan.FromMilliseconds(200));
                try
                {
                    while (await trace.ResponseStream.MoveNext(enough.Token))
                    {
                        Interlocked.Add(ref _traceLines, trace.ResponseStream.Current.Lines.Count);
                    }
                }
                catch (RpcException) when (enough.IsCancellationRequested)
                {
                    // Cancelled, or Unavailable where the read had begun.
                }
            }

            await Task.Delay(random.Next(300));
        }
    }

    private static async Task ReadAsync(IAsyncStreamReader<StreamMessageResponse> stream, CancellationToken stop)
    {
        try
        {
            while (await stream.MoveNext(stop))
            {
            }
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Cancelled)
        {
        }
    }

    private static SetForwardingPipelineConfigRequest Config(byte[] json, P4InfoIndex info, ConfigAction action, ulong cookie) => new()
    {
        ElectionId = Election,
        Action = action,
        Config = new ForwardingPipelineConfig { P4Info = info.Info, P4DeviceConfig = ByteString.CopyFrom(json), Cookie = new() { Cookie_ = cookie } },
    };

    private sealed class CountingPort : IPort
    {
        public long Frames { get; private set; }

        public void Transmit(ReadOnlySpan<byte> frame) => Frames++;
    }
}
