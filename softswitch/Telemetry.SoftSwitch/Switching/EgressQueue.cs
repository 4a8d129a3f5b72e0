using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Ports;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>One priority of a port: packets in order of arrival, linked through themselves, its limits and its counts.</summary>
internal sealed class EgressQueue
{
    private static readonly QueueOptions Unlimited = new();
    private PacketState? _first;
    private PacketState? _last;
    private long _packets;
    private long _bytes;
    private long _drops;
    private long _droppedBytes;
    private int _maxDepth;

    public QueueOptions Options { get; set; } = Unlimited;

    public int Count { get; private set; }

    /// <summary>When the queue's own rate lets the next packet go, nanoseconds.</summary>
    public long EligibleNs { get; private set; }

    public QueueStatistics Statistics => new(_packets, _bytes, _drops, _droppedBytes, Count, _maxDepth);

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
        _packets++;
        _bytes += packet.Length;
        _maxDepth = Math.Max(_maxDepth, Count);
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

    public void CountDrop(PacketState packet)
    {
        _drops++;
        _droppedBytes += packet.Length;
    }

    /// <summary>Counts a packet that passes without waiting.</summary>
    public void CountPassing(int bytes)
    {
        _packets++;
        _bytes += bytes;
        _maxDepth = Math.Max(_maxDepth, 1);
    }

    /// <summary>Holds the next packet back for the time that so many bytes take at the queue's rate.</summary>
    public void Charge(int bytes, long nowNs)
    {
        if (Options.RateBitsPerSecond > 0)
        {
            EligibleNs = nowNs + EgressPort.DurationNs(bytes, Options.RateBitsPerSecond);
        }
    }

    /// <summary>Applies new limits from now on; what an old rate held back may go.</summary>
    public void Configure(QueueOptions options)
    {
        Options = options;
        EligibleNs = 0;
    }
}
