using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>One port: its wire, its eight queues and its counts. Priority 7 is served first.</summary>
internal sealed class EgressPort(Switch owner, int number) : ILoopHandler
{
    public const int Priorities = 8;
    private readonly PacketQueue[] _queues = [.. Enumerable.Range(0, Priorities).Select(_ => new PacketQueue())];

    public int Number { get; } = number;

    public IPort? Wire { get; set; }

    public bool IsUp { get; set; } = true;

    public PortOptions Options { get; set; } = new();

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

    public int DepthOf(int priority) => _queues[priority].Count;

    public void Push(int priority, PacketState packet)
    {
        _queues[priority].Push(packet);
        Queued++;
    }

    /// <summary>The oldest packet of the highest priority that has one.</summary>
    public PacketState? Pop(out int priority)
    {
        for (priority = Priorities - 1; priority >= 0; priority--)
        {
            if (_queues[priority].Count > 0)
            {
                Queued--;
                return _queues[priority].Pop();
            }
        }

        return null;
    }

    /// <summary>Keeps the port busy while a frame of so many bytes is on the wire.</summary>
    public void Occupy(int bytes, EventLoop loop)
    {
        if (Options.RateBitsPerSecond > 0)
        {
            IsBusy = true;
            long durationNs = (long)Math.Ceiling(bytes * 8e9 / Options.RateBitsPerSecond);
            loop.Schedule(loop.NowNs + durationNs, this);
        }
    }

    public void OnEvent(long arg)
    {
        IsBusy = false;
        if (Queued > 0)
        {
            owner.ServeNow(this);
        }
    }

    /// <summary>Packets in order of arrival, linked through themselves.</summary>
    private sealed class PacketQueue
    {
        private PacketState? _first;
        private PacketState? _last;

        public int Count { get; private set; }

        public void Push(PacketState packet)
        {
            packet.Next = null;
            if (_last is null)
            {
                _first = packet;
            }
            else
            {
                _last.Next = packet;
            }

            _last = packet;
            Count++;
        }

        public PacketState Pop()
        {
            PacketState packet = _first!;
            _first = packet.Next;
            if (_first is null)
            {
                _last = null;
            }

            packet.Next = null;
            Count--;
            return packet;
        }
    }
}
