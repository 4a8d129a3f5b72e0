using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Fabric;

/// <summary>An egress port of a router: a queue of so many packets in front of a link's rate.</summary>
internal sealed class RouterPort(LinkDirection away, long rateBitsPerSecond, PortTruth truth, byte[] mac)
{
    private readonly double _nsPerByte = rateBitsPerSecond > 0 ? 8e9 / rateBitsPerSecond : 0;
    private readonly Queue<long> _starts = new();
    private long _busyUntilNs;

    /// <summary>Six bytes.</summary>
    public byte[] Mac => mac;

    /// <summary>Queues a frame; false when the queue is full and the frame is gone.</summary>
    public bool Send(ReadOnlySpan<byte> frame, long nowNs)
    {
        while (_starts.TryPeek(out long started) && started <= nowNs)
        {
            _starts.Dequeue();
        }

        if (_starts.Count >= truth.QueueCapacity)
        {
            truth.TailDrops++;
            return false;
        }

        long start = Math.Max(nowNs, _busyUntilNs);
        _busyUntilNs = start + (long)(frame.Length * _nsPerByte);
        if (start > nowNs)
        {
            _starts.Enqueue(start);
        }

        truth.TxFrames++;
        truth.TxBytes += frame.Length;
        away.TransmitAt(frame, start);
        return true;
    }
}
