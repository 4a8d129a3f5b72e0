using Telemetry.Lab.Fabric;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Hosts;

/// <summary>A host's network interface: paces frames at its rate and holds what waits, up to a limit.</summary>
internal sealed class HostInterface
{
    /// <summary>What may wait: 256 KiB, about 250 large frames, in the order of Linux's default of 1,000 packets of any size.</summary>
    public const int QueueBytes = 256 * 1024;

    private readonly EventLoop _loop;
    private readonly LinkDirection _link;
    private readonly double _nsPerByte;
    private readonly long _maxBacklogNs;
    private long _busyUntilNs;

    /// <summary>Creates an idle interface.</summary>
    /// <param name="loop">The fabric's loop.</param>
    /// <param name="link">Towards the switch.</param>
    /// <param name="rateBitsPerSecond">0 is unlimited.</param>
    public HostInterface(EventLoop loop, LinkDirection link, long rateBitsPerSecond)
    {
        _loop = loop;
        _link = link;
        _nsPerByte = rateBitsPerSecond > 0 ? 8e9 / rateBitsPerSecond : 0;
        _maxBacklogNs = (long)(QueueBytes * _nsPerByte);
    }

    /// <summary>Frames that found the queue full.</summary>
    public long FramesDropped { get; private set; }

    /// <summary>Queues a frame; its bytes are the caller's again after the call.</summary>
    /// <returns>False when the queue is full and the frame is gone.</returns>
    public bool Send(ReadOnlySpan<byte> frame)
    {
        long now = _loop.NowNs;
        long start = Math.Max(now, _busyUntilNs);
        if (start - now > _maxBacklogNs)
        {
            FramesDropped++;
            return false;
        }

        _busyUntilNs = start + (long)(frame.Length * _nsPerByte);
        _link.TransmitAt(frame, start);
        return true;
    }
}
