using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>One port: its wire, its eight queues and its counts. Priority 7 is served first, always.</summary>
internal sealed class EgressPort(Switch owner, int number) : ILoopHandler
{
    public const int Priorities = 8;

    /// <summary>What an event means: a queue's own rate lets it go on; any other number, that the frame of this number is off the wire.</summary>
    private const long QueueEligible = -1;
    private readonly EgressQueue?[] _queues = new EgressQueue?[Priorities];
    private long _wakeNs = long.MaxValue;
    private long _frame;
    private long _frameEndNs;
    private int _frameBytes;

    public int Number { get; } = number;

    public IPort? Wire { get; set; }

    public bool IsUp { get; set; } = true;

    public PortOptions Options { get; private set; } = new();

    /// <summary>True while a frame is on the wire.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>True while the port waits in the switch's list of ports to serve.</summary>
    public bool IsReady { get; set; }

    public int Queued { get; private set; }

    public long RxPackets;
    public long RxBytes;
    public long TxPackets;
    public long TxBytes;
    public long QueueDrops;
    public long DownDrops;

    public static long DurationNs(int bytes, long bitsPerSecond) => (long)Math.Ceiling(bytes * 8e9 / bitsPerSecond);

    public EgressQueue Queue(int priority) => _queues[priority] ??= new EgressQueue();

    public int DepthOf(int priority) => _queues[priority]?.Count ?? 0;

    public QueueStatistics StatisticsOf(int priority) => _queues[priority]?.Statistics ?? default;

    /// <summary>True when neither the port nor the queue has a rate, so that packets never wait.</summary>
    public bool SendsAtOnce(int priority) => Options.RateBitsPerSecond == 0 && (_queues[priority]?.Options.RateBitsPerSecond ?? 0) == 0;

    public int DepthLimitOf(EgressQueue queue) => queue.Options.DepthPackets > 0 ? queue.Options.DepthPackets : Options.QueueDepthPackets;

    public void Push(EgressQueue queue, PacketState packet)
    {
        queue.Push(packet);
        Queued++;
    }

    /// <summary>
    /// The oldest packet of the highest priority that has one and may send; null when none may, in which case the loop
    /// is told when that changes.
    /// </summary>
    public PacketState? Pop(out int priority)
    {
        long eligibleNs = long.MaxValue;
        long nowNs = owner.Loop.NowNs;
        for (priority = Priorities - 1; priority >= 0; priority--)
        {
            if (_queues[priority] is not { Count: > 0 } queue)
            {
                continue;
            }

            if (queue.EligibleNs <= nowNs)
            {
                Queued--;
                return queue.Pop();
            }

            eligibleNs = Math.Min(eligibleNs, queue.EligibleNs);
        }

        if (eligibleNs < _wakeNs)
        {
            _wakeNs = eligibleNs;
            owner.Loop.Schedule(eligibleNs, this, QueueEligible);
        }

        return null;
    }

    /// <summary>Takes the oldest packet of the highest priority that has one, whatever the rates.</summary>
    public PacketState? Discard(out int priority)
    {
        for (priority = Priorities - 1; priority >= 0; priority--)
        {
            if (_queues[priority] is { Count: > 0 } queue)
            {
                Queued--;
                return queue.Pop();
            }
        }

        return null;
    }

    /// <summary>Keeps the port and the queue busy while a frame of so many bytes is on the wire.</summary>
    public void Occupy(int priority, int bytes, EventLoop loop)
    {
        _queues[priority]?.Charge(bytes, loop.NowNs);
        if (Options.RateBitsPerSecond > 0)
        {
            IsBusy = true;
            _frameBytes = bytes;
            EndFrameAt(loop.NowNs + DurationNs(bytes, Options.RateBitsPerSecond));
        }
    }

    /// <summary>Applies new limits from now on; a frame on the wire takes no longer than it would at the new rate from now.</summary>
    public void Configure(PortOptions options)
    {
        Options = options;
        owner.Loop.KeepsPace |= options.RateBitsPerSecond > 0;
        if (!IsBusy)
        {
            return;
        }

        long endNs = owner.Loop.NowNs + (options.RateBitsPerSecond > 0 ? DurationNs(_frameBytes, options.RateBitsPerSecond) : 0);
        if (endNs < _frameEndNs)
        {
            EndFrameAt(endNs);
        }
    }

    public void OnEvent(long arg)
    {
        if (arg == QueueEligible)
        {
            _wakeNs = long.MaxValue;
        }
        else if (arg == _frame)
        {
            IsBusy = false;
        }

        if (Queued > 0 && !IsBusy)
        {
            owner.ServeNow(this);
        }
    }

    private void EndFrameAt(long atNs)
    {
        _frameEndNs = atNs;
        owner.Loop.Schedule(atNs, this, ++_frame);
    }
}
