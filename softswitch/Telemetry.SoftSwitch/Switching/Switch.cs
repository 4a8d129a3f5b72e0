using System.Diagnostics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Service;
using Telemetry.SoftSwitch.Time;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>One embedded switch: state apart from the shared program. All members run on the loop's thread unless they say otherwise.</summary>
public sealed partial class Switch
{
    /// <summary>Ports are 9 bits wide in v1model.</summary>
    public const int PortCount = 512;

    private readonly EgressPort?[] _ports = new EgressPort?[PortCount];
    private readonly Queue<EgressPort> _ready = new();
    private readonly ISwitchObserver? _observer;
    private readonly P4RuntimeService _service;
    private readonly Tracer _tracer;
    private SwitchProgram? _program;
    private SwitchState? _state;
    private long _busyNs;
    private long _batchStarted;
    private bool _isServing;

    /// <summary>Creates a switch without program or ports.</summary>
    public Switch(EventLoop loop, SwitchOptions options)
    {
        Loop = loop;
        Options = options;
        _observer = options.Observer;
        _service = new P4RuntimeService(this);
        _tracer = new Tracer(options.Name, loop);
    }

    /// <summary>The loop that this switch runs on.</summary>
    public EventLoop Loop { get; }

    /// <summary>The options it was made with.</summary>
    public SwitchOptions Options { get; }

    /// <summary>The P4Runtime service of this switch; callable from any thread.</summary>
    public P4.V1.P4Runtime.P4RuntimeBase Service => _service;

    /// <summary>The program that runs; null until a pipeline is committed or loaded.</summary>
    public SwitchProgram? Program => _program;

    /// <summary>Nanoseconds spent processing packets, in real time only; 0 in virtual time. Readable from any thread.</summary>
    public long BusyNs => Interlocked.Read(ref _busyNs);

    /// <summary>Packets lost inside: no program, a packet's clones or jumps without end, or waiting when the program was swapped.</summary>
    public long InternalDrops { get; private set; }

    internal SwitchState? State => _state;

    /// <summary>Connects a port, 0 to 511; the port comes up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range or the drop port.</exception>
    /// <exception cref="InvalidOperationException">The port has been attached before.</exception>
    public void AttachPort(int port, IPort wire, PortOptions options)
    {
        if (port == Options.DropPort)
        {
            throw new ArgumentOutOfRangeException(nameof(port), port, $"port {port} of {Options.Name} is the drop port");
        }

        EgressPort attached = PortOf(port);
        if (attached.Wire is not null)
        {
            throw new InvalidOperationException($"port {port} of {Options.Name} is attached already");
        }

        attached.Wire = wire;
        attached.Configure(options);
        attached.IsUp = true;
        _service.OnPortChanged(port, true);
    }

    /// <summary>Changes rate and queue depth of a port, at once; packets that wait stay.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such port, a negative rate, or a depth below 1.</exception>
    public void SetPortOptions(int port, PortOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.RateBitsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.QueueDepthPackets);
        EgressPort changed = PortOf(port);
        changed.Configure(options);
        if (changed.Queued > 0)
        {
            ServeNow(changed);
        }
    }

    /// <summary>Changes the limits of one priority queue of a port, 0 to 7, at once; packets that wait stay.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such port or priority, or a negative limit.</exception>
    public void SetQueueOptions(int port, int priority, QueueOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.RateBitsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegative(options.DepthPackets);
        EgressPort changed = PortOf(port);
        changed.Queue(PriorityOf(priority)).Configure(options);
        if (changed.Queued > 0)
        {
            ServeNow(changed);
        }
    }

    /// <summary>Limits of a port.</summary>
    public PortOptions GetPortOptions(int port) => PortOf(port).Options;

    /// <summary>Limits of one priority queue of a port, 0 to 7.</summary>
    public QueueOptions GetQueueOptions(int port, int priority) => PortOf(port).Queue(PriorityOf(priority)).Options;

    /// <summary>Raises or cuts a port: while down, frames in and out are lost and counted.</summary>
    public void SetPortUp(int port, bool up)
    {
        PortOf(port).IsUp = up;
        _tracer.Tell($"port {port} is {(up ? "up" : "down")}");
        _service.OnPortChanged(port, up);
    }

    /// <summary>Ports that lead somewhere, by number: wires, and the CPU port where there is one.</summary>
    internal IReadOnlyList<int> AttachedPorts() => [.. Enumerable.Range(0, PortCount).Where(p => _ports[p]?.Wire is not null || p == Options.CpuPort)];

    /// <summary>True for a port that is attached, or the CPU's, unless it was cut by <see cref="SetPortUp"/>.</summary>
    internal bool IsPortUp(int port) => _ports[port] is { IsUp: true, Wire: not null } || (port == Options.CpuPort && _ports[port]?.IsUp != false);

    /// <summary>Runs a program with empty tables, as BMv2 does with the JSON on its command line. Packets that wait leave first.</summary>
    public void LoadProgram(SwitchProgram program) =>
        Swap(program, program.CreateState(Options.DropPort, Options.Seed, Options.ProgramLog));

    /// <summary>Runs a program with tables that have been filled already.</summary>
    internal void Swap(SwitchProgram program, SwitchState state)
    {
        RunGathered();
        FinishQueued();
        foreach (EgressPort? port in _ports)
        {
            while (port?.Discard(out _) is not null)
            {
                InternalDrops++;
            }
        }

        _program = program;
        _state = state;
        SelectStages();
        OnProgramChanged();
        _tracer.Tell($"runs {program.Name}");
    }

    /// <summary>Takes a frame that arrived on a port at the loop's current time.</summary>
    public void Receive(int port, ReadOnlySpan<byte> frame)
    {
        Gather(port, frame);
        RunGathered();
    }

    /// <summary>Takes a frame that came now, after the frames that came before and still wait for a loop that is behind the clock.</summary>
    internal void ReceiveInTurn(int port, byte[] frame)
    {
        if (Loop.IsBehind)
        {
            Loop.Schedule(Loop.ClockNs, new LateFrame(this, port, frame));
        }
        else
        {
            Receive(port, frame);
        }
    }

    /// <summary>
    /// Takes one of several frames that arrived together; it may be left waiting until <see cref="RunGathered"/>, which
    /// must follow in the same turn of the loop.
    /// </summary>
    public void Gather(int port, ReadOnlySpan<byte> frame)
    {
        if (_batchStarted == 0 && Loop.IsRealTime)
        {
            _batchStarted = Stopwatch.GetTimestamp();
            if (_pool is null && RunsInParallel)
            {
                StartPool();
            }
        }

        EgressPort from = PortOf(port);
        if (!from.IsUp)
        {
            from.DownDrops++;
            return;
        }

        from.RxPackets++;
        from.RxBytes += frame.Length;
        _observer?.OnReceive(port, frame, Loop.NowNs);
        if (_state is null)
        {
            InternalDrops++;
            return;
        }

        if (_pool is not null && RunsInParallel)
        {
            Wait(port, frame);
            return;
        }

        Ingress(Enter(_state, port, frame));
        ServeReady();
    }

    /// <summary>Ends a batch of <see cref="Gather"/>: what still waits is processed.</summary>
    public void RunGathered()
    {
        if (_waitingCount > 0)
        {
            RunBatch();
        }

        AddBusy(_batchStarted);
        _batchStarted = 0;
    }

    /// <summary>Counts of one port; zeros for a port never attached.</summary>
    public PortStatistics GetPortStatistics(int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(port, PortCount);
        return _ports[port] is EgressPort p
            ? new PortStatistics(p.RxPackets, p.RxBytes, p.TxPackets, p.TxBytes, p.QueueDrops, p.DownDrops, p.Queued)
            : default;
    }

    /// <summary>Counts of one priority queue of a port, 0 to 7; zeros for a queue never used.</summary>
    public QueueStatistics GetQueueStatistics(int port, int priority)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(port, PortCount);
        return _ports[port]?.StatisticsOf(PriorityOf(priority)) ?? default;
    }

    internal void ServeNow(EgressPort port)
    {
        long started = Loop.IsRealTime && !_isServing ? Stopwatch.GetTimestamp() : 0;
        MarkReady(port);
        ServeReady();
        AddBusy(started);
    }

    private void AddBusy(long started)
    {
        if (started != 0)
        {
            Interlocked.Add(ref _busyNs, (Stopwatch.GetTimestamp() - started) * (1_000_000_000 / Stopwatch.Frequency));
        }
    }

    private PacketState Enter(SwitchState state, int port, ReadOnlySpan<byte> frame)
    {
        PacketState packet = state.Pool.Rent();
        packet.SetFrame(frame);
        packet.IngressPort = port;
        packet.IngressNs = Loop.NowNs;
        packet.IngressLength = frame.Length;
        if (_tracer.TellsPackets)
        {
            packet.Trace = _tracer.Begin(port, frame);
        }

        return packet;
    }

    private static int PriorityOf(int priority)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(priority);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(priority, EgressPort.Priorities);
        return priority;
    }

    private EgressPort PortOf(int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(port, PortCount);
        return _ports[port] ??= new EgressPort(this, port);
    }

    private sealed class LateFrame(Switch owner, int port, byte[] frame) : ILoopHandler
    {
        public void OnEvent(long arg) => owner.Receive(port, frame);
    }
}
