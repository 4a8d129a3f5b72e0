using System.Buffers.Binary;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Tests.Traffic;

/// <summary>A rate-limited drop-tail queue that can mark ECN from a depth on, and lose chosen frames.</summary>
internal sealed class Bottleneck(EventLoop loop, long rate, int capacity, int markFrom, IFrameSink next) : IFrameSink, ILoopHandler
{
    private readonly Queue<byte[]> _waiting = new();

    public int Dropped { get; private set; }

    public int MaxDepth { get; private set; }

    /// <summary>Given the number of the frame (from 0), says whether to lose it.</summary>
    public Func<int, bool> Lose { get; set; } = _ => false;

    private int _seen;
    private bool _busy;

    public void Deliver(ReadOnlySpan<byte> frame)
    {
        if (Lose(_seen++) || _waiting.Count >= capacity)
        {
            Dropped++;
            return;
        }

        byte[] copy = frame.ToArray();
        if (_waiting.Count >= markFrom && (copy[15] & 3) == 2)
        {
            copy[15] |= 3;
            copy.AsSpan(24, 2).Clear();
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(24), InternetSum.Finish(InternetSum.Of(copy.AsSpan(14, 20))));
        }

        _waiting.Enqueue(copy);
        MaxDepth = Math.Max(MaxDepth, _waiting.Count);
        if (!_busy)
        {
            _busy = true;
            loop.Schedule(loop.NowNs + (copy.Length * 8_000_000_000L / rate), this);
        }
    }

    public void OnEvent(long arg)
    {
        next.Deliver(_waiting.Dequeue());
        _busy = _waiting.Count > 0;
        if (_busy)
        {
            loop.Schedule(loop.NowNs + (_waiting.Peek().Length * 8_000_000_000L / rate), this);
        }
    }
}
