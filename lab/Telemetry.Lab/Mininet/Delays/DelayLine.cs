using Telemetry.Lab.Fabric;
using Telemetry.Lab.Scenarios;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Mininet.Delays;

/// <summary>
/// Frames that the kernel hands over instead of sending them on an interface: stamped by it, kept for so long as their
/// link takes, and then sent there. Whichever switch sends them, and on every kernel with nft.
/// </summary>
internal sealed class DelayLine : IFrameSink, ILoopSource, IDisposable
{
    private const int FramesPerTurn = 64;

    /// <summary>800 frames of a link between switches: 300 ms at 20 Mbit/s in frames of 1000 bytes. Rings are memory that is never paged out.</summary>
    private const int RingBytes = 2 * 1024 * 1024;

    /// <summary>What the ring's slots hold, bytes: a host's largest packet with INT of many hops; longer ones cost a system call.</summary>
    private const int UsualMtuBytes = 1900;
    private readonly EventLoop _loop;
    private readonly PacketSocket _socket;
    private readonly WireSocket _out;
    private readonly DelayQueue _queue;
    private long _kernelDrops;
    private bool _isFlushDue;
    private bool _isClosed;

    /// <summary>Opens both interfaces in the calling thread's network namespace; frames gather until the loop serves it.</summary>
    /// <exception cref="IOException">One of them is not there.</exception>
    /// <param name="loop">Of all lines.</param>
    /// <param name="place">Both.</param>
    /// <param name="ofSwitch">Whether a P4 switch has the sender's interface; see <see cref="WireSocket"/>.</param>
    /// <param name="ownDelayNs">The link's own delay.</param>
    /// <param name="seed">Of the jitter.</param>
    public DelayLine(EventLoop loop, DelayPlace place, bool ofSwitch, long ownDelayNs, ulong seed)
    {
        _loop = loop;
        _queue = new DelayQueue(loop, ownDelayNs, seed, this);
        _out = new WireSocket(place.Interface, ofSwitch);
        try
        {
            _socket = PacketSocket.Open(place.Far, RingBytes, UsualMtuBytes);
        }
        catch
        {
            _out.Dispose();
            throw;
        }
    }

    /// <summary>Frames under way.</summary>
    public int Waiting => _queue.Waiting;

    /// <summary>Frames that found no room here. Loop's thread.</summary>
    public long Drops => _queue.Drops + (_kernelDrops += _isClosed ? 0 : _socket.TakeKernelDrops());

    /// <summary>Frames that the interface refused: it was down. Loop's thread.</summary>
    public long Refused { get; private set; }

    int ILoopSource.Descriptor => _socket.Descriptor;

    /// <summary>See <see cref="LinkDirection.SetSlow"/>; loop's thread.</summary>
    public void SetSlow(SlowAction action) => _queue.SetSlow(action);

    /// <summary>A frame's time has come.</summary>
    public void Deliver(ReadOnlySpan<byte> frame)
    {
        Refused += _out.Add(frame);
        if (!_isFlushDue)
        {
            _isFlushDue = true;
            _loop.FlushLater(this);
        }
    }

    void ILoopSource.Flush()
    {
        _isFlushDue = false;
        Refused += _isClosed ? 0 : _out.Flush();
    }

    long ILoopSource.OldestNs() => !_isClosed && _socket.Ring.TryPeekTime(out long unixNs) ? _loop.FromUnix(unixNs) : long.MaxValue;

    bool ILoopSource.Poll(long untilNs)
    {
        int taken = 0;
        while (!_isClosed && taken < FramesPerTurn && _socket.Ring.TryPeekTime(out long unixNs) && _loop.TryAdvance(unixNs, untilNs)
            && _socket.Ring.TryPeek(out ReadOnlySpan<byte> frame))
        {
            if (frame.IsEmpty)
            {
                _kernelDrops++;
            }
            else
            {
                _queue.Accept(frame, _loop.FromUnix(unixNs));
            }

            _socket.Ring.Release();
            taken++;
        }

        return taken > 0;
    }

    void ILoopSource.ClearFault()
    {
        if (!_isClosed)
        {
            _socket.ClearError();
        }
    }

    /// <summary>Closes both; on the loop's thread, or after it has ended.</summary>
    public void Dispose()
    {
        if (!_isClosed)
        {
            _kernelDrops += _socket.TakeKernelDrops();
            _isClosed = true;
            _loop.Detach(this);
            _socket.Dispose();
            _out.Dispose();
        }
    }
}
