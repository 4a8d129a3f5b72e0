using Telemetry.Lab.Fabric;
using Telemetry.Lab.Scenarios;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Mininet.Delays;

/// <summary>
/// What a link's direction does to frames in the embedded fabric, for frames that come from outside: each leaves at the
/// moment at which it came, plus the delay. In order, but that a class which is delayed more is overtaken by the others. Loop's thread.
/// </summary>
internal sealed class DelayQueue : IFrameSink
{
    /// <summary>Frames that may be under way: 4 MiB of large ones; a line of 1 Gbit/s has 830 of them in 10 ms.</summary>
    public const int MaxFrames = 4096;

    private readonly LinkDirection _direction;
    private readonly IFrameSink _sink;

    /// <summary>Creates one whose frames take the link's own delay.</summary>
    public DelayQueue(EventLoop loop, long ownDelayNs, ulong seed, IFrameSink sink)
    {
        _sink = sink;
        _direction = new LinkDirection(loop, 0, ownDelayNs, 0, seed, this); // its loss and its rate are the kernel's and the switch's
    }

    /// <summary>Frames under way.</summary>
    public int Waiting { get; private set; }

    /// <summary>Frames that found no room.</summary>
    public long Drops { get; private set; }

    /// <summary>See <see cref="LinkDirection.SetSlow"/>.</summary>
    public void SetSlow(SlowAction action) =>
        _direction.SetSlow(action.DelayNs, action.JitterNs, action.RateBitsPerSecond, action.Match);

    /// <summary>Takes a frame that came at a moment that may have passed.</summary>
    public void Accept(ReadOnlySpan<byte> frame, long cameNs)
    {
        if (Waiting == MaxFrames)
        {
            Drops++;
            return;
        }

        Waiting++;
        _direction.TransmitAt(frame, cameNs);
    }

    void IFrameSink.Deliver(ReadOnlySpan<byte> frame)
    {
        Waiting--;
        _sink.Deliver(frame);
    }
}
