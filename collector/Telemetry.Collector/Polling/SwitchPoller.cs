using Grpc.Core;
using P4.Config.V1;
using P4.V1;
using Telemetry.Collector.Nodes;

namespace Telemetry.Collector.Polling;

/// <summary>
/// Reads a switch's port counters over P4Runtime, by the names in the P4Info that the switch itself returns, each
/// period. An answer is also the switch's sign of life: where its program lacks a counter, the handler gets no samples. Works over any call invoker; where calls complete
/// inline (in process, in virtual time) everything here does. One reading at a time.
/// </summary>
public sealed class SwitchPoller : IDisposable
{
    private const long OffPhaseNs = 37_000_000;

    private readonly SwitchPollerOptions _options;
    private readonly P4.V1.P4Runtime.P4RuntimeClient _client;
    private readonly TimeProvider _time;
    private readonly PortCountersHandler _handler;
    private readonly SortedDictionary<uint, PortCounterSample> _ports = [];
    private PortCounterSample[] _samples = [];
    private ITimer? _timer;
    private uint _rxId;
    private uint _enqueuedId;
    private uint _txId;
    private bool _hasProgram;
    private int _reading;

    /// <summary>Creates a poller that reads nothing before <see cref="Start"/> or <see cref="PollAsync"/>.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="invoker">How to call the switch.</param>
    /// <param name="time">Clock of the period.</param>
    /// <param name="handler">Takes every reading, e.g. <c>NodeEngine.OnPortCounters</c>; called where the answer completes.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public SwitchPoller(SwitchPollerOptions options, CallInvoker invoker, TimeProvider time, PortCountersHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(invoker);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(handler);
        options.Validate();
        _options = options;
        _client = new P4.V1.P4Runtime.P4RuntimeClient(invoker);
        _time = time;
        _handler = handler;
        foreach (uint port in options.Ports)
        {
            _ports[port] = new PortCounterSample(port, 0, 0, 0, 0, 0);
        }
    }

    /// <summary>Readings that succeeded.</summary>
    public long Readings { get; private set; }

    /// <summary>Readings that failed.</summary>
    public long Failures { get; private set; }

    /// <summary>Readings that were due while the one before was still under way.</summary>
    public long Skipped { get; private set; }

    /// <summary>Why the newest reading failed; empty when it succeeded.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>
    /// Reads now and then each period, by a timer of the TimeProvider. Readings fall between the round times at which
    /// link probes are sent, so that a probe under way is not taken for a waiting packet each time.
    /// </summary>
    public void Start()
    {
        if (_timer is null)
        {
            _ = PollAsync();
            _timer = _time.CreateTimer(
                static poller => _ = ((SwitchPoller)poller!).PollAsync(),
                this,
                TimeSpan.FromTicks((_options.PeriodNs - OffPhaseNs) / 100),
                TimeSpan.FromTicks(_options.PeriodNs / 100));
        }
    }

    /// <summary>Reads once. Never throws for what the switch or the network does: see <see cref="LastError"/>.</summary>
    public async Task PollAsync(CancellationToken cancellation = default)
    {
        if (Interlocked.Exchange(ref _reading, 1) == 1)
        {
            Skipped++;
            return;
        }

        // Not a gRPC deadline: that is a wall-clock time, which the TimeProvider's need not be.
        using CancellationTokenSource limit = new(TimeSpan.FromTicks(_options.TimeoutNs / 100), _time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await ReadAsync(ended.Token).ConfigureAwait(false);
            LastError = "";
            Readings++;
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException && ended.IsCancellationRequested)
        {
            Fail(cancellation.IsCancellationRequested ? "cancelled" : $"no answer within {_options.TimeoutNs / 1_000_000} ms");
        }
        catch (RpcException fault)
        {
            Fail($"{fault.StatusCode} {fault.Status.Detail}");
        }
        catch (InvalidOperationException fault)
        {
            Fail(fault.Message);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>Stops reading.</summary>
    public void Dispose() => _timer?.Dispose();

    private void Fail(string why)
    {
        // The switch may come back with another program.
        _hasProgram = false;
        Failures++;
        LastError = $"{_options.Switch}: {why}";
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        if (!_hasProgram)
        {
            await FindCountersAsync(cancellation).ConfigureAwait(false);
        }

        // What entered is asked for before what left, so that a packet under way looks neither dropped nor waiting.
        ReadRequest request = new() { DeviceId = _options.DeviceId };
        foreach (uint id in (uint[])[_rxId, _enqueuedId, _txId])
        {
            request.Entities.Add(new Entity { CounterEntry = new CounterEntry { CounterId = id } });
        }

        using AsyncServerStreamingCall<ReadResponse> call = _client.Read(request, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
        {
            foreach (Entity entity in call.ResponseStream.Current.Entities)
            {
                Take(entity.CounterEntry);
            }
        }

        if (_samples.Length != _ports.Count)
        {
            _samples = new PortCounterSample[_ports.Count];
        }

        _ports.Values.CopyTo(_samples, 0);
        _handler(_options.Switch, _samples);
    }

    private void Take(CounterEntry? entry)
    {
        if (entry?.Index is null || entry.Data is null || entry.Index.Index_ < 0)
        {
            return;
        }

        uint port = (uint)entry.Index.Index_;
        bool known = _ports.TryGetValue(port, out PortCounterSample sample);
        if (!known && entry.Data.PacketCount == 0)
        {
            return;
        }

        ulong packets = (ulong)Math.Max(0, entry.Data.PacketCount);
        ulong bytes = (ulong)Math.Max(0, entry.Data.ByteCount);
        sample = sample with { Port = port };
        if (entry.CounterId == _rxId)
        {
            sample = sample with { RxPackets = packets, RxBytes = bytes };
        }
        else if (entry.CounterId == _enqueuedId)
        {
            sample = sample with { EnqueuedPackets = packets };
        }
        else if (entry.CounterId == _txId)
        {
            sample = sample with { TxPackets = packets, TxBytes = bytes };
        }

        _ports[port] = sample;
    }

    private async Task FindCountersAsync(CancellationToken cancellation)
    {
        GetForwardingPipelineConfigResponse answer = await _client.GetForwardingPipelineConfigAsync(
            new GetForwardingPipelineConfigRequest
            {
                DeviceId = _options.DeviceId,
                ResponseType = GetForwardingPipelineConfigRequest.Types.ResponseType.P4InfoAndCookie,
            },
            cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
        P4Info info = answer.Config?.P4Info ?? throw new InvalidOperationException("the switch has no program yet");
        try
        {
            _rxId = IdOf(info, _options.RxCounter);
            _enqueuedId = IdOf(info, _options.EnqueuedCounter);
            _txId = IdOf(info, _options.TxCounter);
            _hasProgram = true;
        }
        catch (InvalidOperationException)
        {
            _handler(_options.Switch, []); // it has nothing to count with, but it answered
            throw;
        }
    }

    private static uint IdOf(P4Info info, string name)
    {
        foreach (Counter counter in info.Counters)
        {
            if (counter.Preamble.Name == name)
            {
                return counter.Preamble.Id;
            }
        }

        string known = string.Join(", ", info.Counters.Select(counter => counter.Preamble.Name));
        throw new InvalidOperationException($"its program has no counter {name}; known counters: {(known.Length > 0 ? known : "none")}");
    }
}
