using Grpc.Core;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tracing;
using Telemetry.SwitchControl.V1;

namespace Telemetry.SoftSwitch.Control;

/// <summary>What can be asked and told at run time beside P4Runtime. Callable from any thread; the work is done on the switch's loop.</summary>
internal sealed class ControlService(Switch owner, SwitchLog? log) : SwitchControl.V1.SwitchControl.SwitchControlBase
{
    /// <summary>A traced packet is formatted once, but each reader holds its lines.</summary>
    private const int MaxTraces = 4;
    private const int MaxLinesPerMessage = 256;
    private const uint MaxDepth = 1_000_000;
    private const uint MaxRate = 1_000_000;
    private int _traces;

    public override Task<GetPortsResponse> GetPorts(GetPortsRequest request, ServerCallContext context) => owner.Loop.InvokeAsync(() =>
    {
        GetPortsResponse response = new();
        Dictionary<int, string> names = owner.Options.PortNames.GroupBy(n => n.Value).ToDictionary(n => n.Key, n => n.First().Key);
        foreach (int port in owner.AttachedPorts())
        {
            PortStatistics counts = owner.GetPortStatistics(port);
            PortOptions limits = owner.GetPortOptions(port);
            response.Ports.Add(new PortState
            {
                Port = (uint)port,
                Interface = names.GetValueOrDefault(port, ""),
                Up = owner.IsPortUp(port),
                RxPackets = (ulong)counts.RxPackets,
                RxBytes = (ulong)counts.RxBytes,
                TxPackets = (ulong)counts.TxPackets,
                TxBytes = (ulong)counts.TxBytes,
                QueueDrops = (ulong)counts.QueueDrops,
                DownDrops = (ulong)counts.DownDrops,
                Queued = (uint)counts.Queued,
                RateBps = (ulong)limits.RateBitsPerSecond,
                DepthPackets = (uint)limits.QueueDepthPackets,
            });
        }

        return response;
    });

    public override Task<GetQueuesResponse> GetQueues(GetQueuesRequest request, ServerCallContext context) => owner.Loop.InvokeAsync(() =>
    {
        GetQueuesResponse response = new();
        int? wanted = request.HasPriority ? Priority(request.Priority) : null;
        foreach (int port in request.HasPort ? [Port(request.Port)] : owner.AttachedPorts())
        {
            for (int priority = 0; priority < EgressPort.Priorities; priority++)
            {
                QueueStatistics counts = owner.GetQueueStatistics(port, priority);
                QueueOptions limits = owner.GetQueueOptions(port, priority);
                if (wanted is int only ? only != priority : counts == default && limits == new QueueOptions())
                {
                    continue;
                }

                response.Queues.Add(new QueueState
                {
                    Port = (uint)port,
                    Priority = (uint)priority,
                    RateBps = (ulong)limits.RateBitsPerSecond,
                    DepthPackets = (uint)(limits.DepthPackets > 0 ? limits.DepthPackets : owner.GetPortOptions(port).QueueDepthPackets),
                    Packets = (ulong)counts.Packets,
                    Bytes = (ulong)counts.Bytes,
                    Drops = (ulong)counts.Drops,
                    DroppedBytes = (ulong)counts.DroppedBytes,
                    Depth = (uint)counts.Depth,
                    MaxDepth = (uint)counts.MaxDepth,
                });
            }
        }

        return response;
    });

    public override Task<SetQueueResponse> SetQueue(SetQueueRequest request, ServerCallContext context) => owner.Loop.InvokeAsync(() =>
    {
        int port = Port(request.Port);
        if (request.HasRateBps && request.RateBps > long.MaxValue)
        {
            throw Invalid($"rate_bps {request.RateBps} is no number from 0 to {long.MaxValue}");
        }

        uint least = request.HasPriority ? 0u : 1;
        if (request.HasDepthPackets && (request.DepthPackets < least || request.DepthPackets > MaxDepth))
        {
            throw Invalid($"depth_packets {request.DepthPackets} is no number from {least} to {MaxDepth}");
        }

        if (request.HasPriority)
        {
            int priority = Priority(request.Priority);
            QueueOptions queue = owner.GetQueueOptions(port, priority);
            owner.SetQueueOptions(port, priority, new QueueOptions(
                request.HasRateBps ? (long)request.RateBps : queue.RateBitsPerSecond, request.HasDepthPackets ? (int)request.DepthPackets : queue.DepthPackets));
            return new SetQueueResponse();
        }

        PortOptions limits = owner.GetPortOptions(port);
        owner.SetPortOptions(port, new PortOptions(
            request.HasRateBps ? (long)request.RateBps : limits.RateBitsPerSecond, request.HasDepthPackets ? (int)request.DepthPackets : limits.QueueDepthPackets));
        return new SetQueueResponse();
    });

    public override Task<SetTimingResponse> SetTiming(SetTimingRequest request, ServerCallContext context) => owner.Loop.InvokeAsync(() =>
    {
        owner.SetStageTiming(request.On);
        return new SetTimingResponse();
    });

    public override Task<GetTimingResponse> GetTiming(GetTimingRequest request, ServerCallContext context)
    {
        if (owner.GetStageTimings() is not StageTimings timings)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "timing is off; SetTiming starts it"));
        }

        GetTimingResponse response = new();
        foreach ((string stage, StageTiming timing) in new[] { ("parser", timings.Parser), ("ingress", timings.Ingress), ("egress", timings.Egress), ("deparser", timings.Deparser) })
        {
            response.Stages.Add(new StageTime { Stage = stage, Packets = (ulong)timing.Packets, TotalNs = (ulong)timing.TotalNs });
        }

        return Task.FromResult(response);
    }

    public override async Task Trace(TraceRequest request, IServerStreamWriter<TraceResponse> responseStream, ServerCallContext context)
    {
        TraceOptions options = Options(
            request.Level == LogLevel.Unspecified ? LogLevel.Debug : request.Level, request.HasPort ? request.Port : null, request.HasPacketsPerSecond ? request.PacketsPerSecond : null);
        if (Interlocked.Increment(ref _traces) > MaxTraces)
        {
            Interlocked.Decrement(ref _traces);
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"{MaxTraces} traces are read already, which is the most"));
        }

        TraceQueue queue = new();
        IDisposable? session = null;
        try
        {
            session = await owner.Loop.InvokeAsync(() => owner.StartTrace(options, queue)).ConfigureAwait(false);
            await SendAsync(queue, responseStream, context.CancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or InvalidOperationException && context.CancellationToken.IsCancellationRequested)
        {
            // The client has seen enough: this is how a trace ends.
        }
        finally
        {
            Interlocked.Decrement(ref _traces);
            if (session is not null)
            {
                owner.Loop.Post(session.Dispose);
            }
        }
    }

    public override Task<SetLogResponse> SetLog(SetLogRequest request, ServerCallContext context) => owner.Loop.InvokeAsync(() =>
    {
        if (log is null)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "the switch was started without --log-console and --log-file; Trace shows what packets do"));
        }

        log.Configure(Options(request.Level, request.HasPort ? request.Port : null, request.HasPacketsPerSecond ? request.PacketsPerSecond : null));
        return new SetLogResponse();
    });

    private static async Task SendAsync(TraceQueue queue, IServerStreamWriter<TraceResponse> stream, CancellationToken cancellation)
    {
        List<string> lines = [];
        while (await queue.WaitAsync(cancellation).ConfigureAwait(false))
        {
            while (queue.TryTake(lines))
            {
                foreach (string[] part in lines.Chunk(MaxLinesPerMessage))
                {
                    TraceResponse response = new();
                    response.Lines.AddRange(part);
                    await stream.WriteAsync(response, cancellation).ConfigureAwait(false);
                }

                lines.Clear();
            }
        }
    }

    private static TraceOptions Options(LogLevel level, uint? port, uint? packetsPerSecond)
    {
        if (level is <= LogLevel.Unspecified or > LogLevel.Off)
        {
            throw Invalid($"level {(int)level} is none; {TraceLevels.Known} are 1 to 6");
        }

        if (port is >= Switch.PortCount)
        {
            throw Invalid($"port {port} is no number from 0 to {Switch.PortCount - 1}");
        }

        return packetsPerSecond > MaxRate
            ? throw Invalid($"packets_per_second {packetsPerSecond} is no number from 0 to {MaxRate}")
            : new TraceOptions(level - LogLevel.Trace + TraceLevel.Trace, (int?)port ?? -1, (int?)packetsPerSecond ?? TraceOptions.DefaultPacketsPerSecond);
    }

    private static RpcException Invalid(string text) => new(new Status(StatusCode.InvalidArgument, text));

    private static int Priority(uint priority) =>
        priority < EgressPort.Priorities ? (int)priority : throw Invalid($"priority {priority} is no number from 0 to {EgressPort.Priorities - 1}");

    /// <summary>Numbers in rising order, those next to each other as one range.</summary>
    private static string Ranges(IReadOnlyList<int> numbers)
    {
        List<string> ranges = [];
        for (int first = 0, last; first < numbers.Count; first = last + 1)
        {
            for (last = first; last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1; last++)
            {
            }

            ranges.Add(first == last ? $"{numbers[first]}" : $"{numbers[first]} to {numbers[last]}");
        }

        return ranges.Count == 0 ? "none" : string.Join(", ", ranges);
    }

    private int Port(uint port)
    {
        IReadOnlyList<int> attached = owner.AttachedPorts();
        return port < Switch.PortCount && attached.Contains((int)port) ? (int)port
            : throw new RpcException(new Status(StatusCode.NotFound, $"there is no port {port}; attached are {Ranges(attached)}"));
    }
}
