using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tests.Client;

public sealed class P4SwitchTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly FakeSwitch _fake = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly List<string> _states = [];
    private int _primaries;

    public void Dispose() => _ending.Dispose();

    [Fact]
    public void RunAsync_SwitchAnswers_PushesOnceAndSkipsAnEqualCookie()
    {
        List<bool> pushed = [];
        (P4Switch client, Task run) = Start(async (sw, token) => pushed.Add(await sw.Pipeline.EnsureAsync(Networks.Program, token)));
        _fake.Drop();
        _time.Advance(100);

        Assert.Equal([true, false], pushed);
        Assert.Equal(1, _fake.Pushes);
        Assert.Equal(P4SwitchState.Primary, client.State);
        Assert.Equal(["Primary ", "Disconnected Unavailable: the switch is gone", "Primary "], _states);
        End(run);
    }

    [Fact]
    public void RunAsync_SwitchAway_WaitsTwiceAsLongEachTime()
    {
        _fake.Away = true;
        (_, Task run) = Start((_, _) => Task.CompletedTask);
        List<long> attempts = [];
        int seen = _states.Count;
        while (_time.NowNs < 16_000_000_000)
        {
            _time.Advance(50);
            if (_states.Count > seen)
            {
                seen = _states.Count;
                attempts.Add(_time.NowNs / 1_000_000);
            }
        }

        Assert.Equal([100, 300, 700, 1500, 3100, 6300, 11300], attempts);
        End(run);
    }

    [Fact]
    public void RunAsync_HigherElectionIdElsewhere_IsBackupUntilItLeaves()
    {
        (P4Switch first, Task firstRun) = Start(Hold);
        P4Switch second = new(Options with { ElectionId = 5 }, _fake.Connect, _time);
        using CancellationTokenSource secondEnding = new();
        Task secondRun = second.RunAsync(Hold, secondEnding.Token);

        Assert.Equal(P4SwitchState.Backup, first.State);
        Assert.Equal(P4SwitchState.Primary, second.State);
        Assert.Contains("another client is primary (election id 5); this one claims 1", _states[^1], StringComparison.Ordinal);
        secondEnding.Cancel();
        Assert.True(secondRun.IsCompletedSuccessfully);
        Assert.Equal(P4SwitchState.Primary, first.State); // it claims 6 now: below 5 nobody may be primary
        Assert.Equal(3, _primaries);
        Assert.Equal(["Primary ", "Backup another client is primary (election id 5); this one claims 1", "Primary "], _states);
        End(firstRun);

        async Task Hold(P4Switch sw, CancellationToken token)
        {
            _primaries++;
            TaskCompletionSource held = new();
            await using CancellationTokenRegistration end = token.Register(() => held.TrySetCanceled(token));
            await held.Task;
        }
    }

    [Fact]
    public void WriteAsync_OneUpdateFails_NamesTheEntry()
    {
        P4RuntimeException? fault = null;
        (_, Task run) = Start(async (sw, token) =>
        {
            await sw.Pipeline.EnsureAsync(Networks.Program, token);
            await sw.WriteAsync([P4Update.Insert(Route(1))], token);
            fault = await Assert.ThrowsAsync<P4RuntimeException>(
                () => sw.WriteAsync([P4Update.Insert(Route(2)), P4Update.Insert(Route(1))], token));
        });

        Assert.Contains("s1: write of 2 updates: update 1", fault!.Message, StringComparison.Ordinal);
        Assert.Contains(
            "update 1 (insert Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.set_next_hop(dst_mac=08:00:00:00:00:01, port=1)): AlreadyExists",
            fault.Message,
            StringComparison.Ordinal);
        Assert.Equal(2, _fake.Entities.Count);
        End(run);
    }

    [Fact]
    public void WriteAsync_OrdersAndLimit_MakeCalls()
    {
        WriteReport? report = null;
        P4Entry last = Route(9) with { Order = 1 };
        (_, Task run) = Start(
            async (sw, token) =>
            {
                await sw.Pipeline.EnsureAsync(Networks.Program, token);
                report = await sw.WriteAsync(
                    [P4Update.Insert(last), .. Enumerable.Range(1, 5).Select(i => P4Update.Insert(Route(i)))], token);
                await sw.WriteAsync([P4Update.Delete(Route(1)), P4Update.Delete(last)], token);
            },
            Options with { MaximumBatch = 2 });

        Assert.Equal(new WriteReport(6, 0, 0, 4), report);
        Assert.Equal([2, 2, 1, 1, 1, 1], _fake.Writes.Select(w => w.Count));
        Assert.Equal(last.Entity, _fake.Writes[3][0].Entity);
        Assert.Equal(last.Entity, _fake.Writes[4][0].Entity);
        End(run);
    }

    [Fact]
    public void ForceAsync_StateUnknown_MendsEveryKind()
    {
        (_, Task run) = Start(async (sw, token) =>
        {
            await sw.Pipeline.EnsureAsync(Networks.Program, token);
            await sw.WriteAsync([P4Update.Insert(Route(1))], token);
            await sw.ForceAsync([P4Update.Insert(Route(1)), P4Update.Modify(Route(2)), P4Update.Delete(Route(3))], token);
        });

        Assert.Equal(2, _fake.Entities.Count);
        Assert.Equal(P4SwitchState.Primary, Enum.Parse<P4SwitchState>(_states[^1].Split(' ')[0]));
        End(run);
    }

    [Fact]
    public void ReadCounterAsync_ByName_GivesCells()
    {
        IReadOnlyList<CounterReading> cells = [];
        (_, Task run) = Start(async (sw, token) =>
        {
            await sw.Pipeline.EnsureAsync(Networks.Program, token);
            cells = await sw.ReadCounterAsync("port_rx", cancellation: token);
        });

        Assert.Equal([new(0, 0, 0), new(1, 1, 100), new(2, 2, 200)], cells);
        End(run);
    }

    [Fact]
    public void Packets_InAndOut_CarryNamedFields()
    {
        (P4Switch client, Task run) = Start((sw, token) => sw.Pipeline.EnsureAsync(Networks.Program, token));
        List<(int Port, int Length)> sent = [];
        _fake.PacketOut = (port, frame) => sent.Add((port, frame.Length));
        using StreamSubscription<ReceivedPacket> all = client.SubscribePackets(capacity: 2);
        using StreamSubscription<ReceivedPacket> none = client.SubscribePackets(_ => false);

        Assert.True(client.TrySend(new byte[60], ("egress_port", 7)));
        for (int i = 1; i <= 3; i++)
        {
            _fake.SendPacketIn(i, ByteString.CopyFrom(1, 2));
        }

        Assert.Equal([(7, 60)], sent);
        Assert.True(all.TryRead(out ReceivedPacket? first));
        Assert.Equal(1, first.IngressPort);
        Assert.Equal(["ingress_port=1", "pad=0"], first.Metadata.Select(m => $"{m.Key}={m.Value}"));
        Assert.Equal(1, all.Dropped);
        Assert.False(none.TryRead(out _));
        End(run);
        Assert.False(client.TrySend(new byte[60], ("egress_port", 7)));
        Assert.Equal(1, client.PacketsNotSent);
    }

    [Fact]
    public void CallAsync_NoAnswer_TimesOut()
    {
        P4RuntimeException? fault = null;
        ManualTime.TakeThread();
        SilentSwitch silent = new();
        CallInvoker invoker = Telemetry.P4Runtime.InProcessCallInvoker.For(silent);
        P4Switch client = new(Options, () => invoker, _time);
        Task run = client.RunAsync(
            async (sw, token) => fault = await Assert.ThrowsAsync<P4RuntimeException>(() => sw.Pipeline.ReadCookieAsync(token)), _ending.Token);
        _time.Advance(9_999);
        Assert.Null(fault);
        _time.Advance(1);

        Assert.Equal(StatusCode.DeadlineExceeded, fault!.Code);
        Assert.True(fault.IsTransient);
        Assert.Contains("s1: read of the pipeline's cookie", fault.Message, StringComparison.Ordinal);
        End(run);
    }

    private static P4SwitchOptions Options { get; } = new() { Name = "s1", DeviceId = 1 };

    private static P4Entry Route(int n) => Networks.Program.Table("ipv4_lpm").Entry(
        m => m.Lpm("hdr.ipv4.dst_addr", $"10.0.{n}.0/24"),
        a => a.Call("set_next_hop", ("dst_mac", $"08:00:00:00:00:0{n}"), ("port", n)));

    private (P4Switch Client, Task Run) Start(Func<P4Switch, CancellationToken, Task> handler, P4SwitchOptions? options = null)
    {
        ManualTime.TakeThread();
        P4Switch client = new(options ?? Options, _fake.Connect, _time);
        client.StateChanged += (state, reason) => _states.Add($"{state} {reason}");
        return (client, client.RunAsync(handler, _ending.Token));
    }

    private void End(Task run)
    {
        _ending.Cancel();
        Assert.True(run.IsCompletedSuccessfully, run.Exception?.ToString() ?? "the loop did not end");
    }

    /// <summary>Makes everybody primary and answers nothing else.</summary>
    private sealed class SilentSwitch : P4.V1.P4Runtime.P4RuntimeBase
    {
        public override async Task StreamChannel(
            IAsyncStreamReader<StreamMessageRequest> requestStream,
            IServerStreamWriter<StreamMessageResponse> responseStream,
            ServerCallContext context)
        {
            while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
            {
                await responseStream.WriteAsync(new StreamMessageResponse { Arbitration = new MasterArbitrationUpdate() })
                    .ConfigureAwait(false);
            }
        }

        public override async Task<GetForwardingPipelineConfigResponse> GetForwardingPipelineConfig(
            GetForwardingPipelineConfigRequest request, ServerCallContext context)
        {
            TaskCompletionSource<GetForwardingPipelineConfigResponse> never = new();
            using CancellationTokenRegistration end = context.CancellationToken.Register(() => never.TrySetCanceled());
            return await never.Task.ConfigureAwait(false);
        }
    }
}
