using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>
/// A switch port on a Linux network interface through a packet socket. The loop's own thread takes frames from memory
/// shared with the kernel and sends in batches, so that many ports need one thread and an idle one none. Checksums that
/// the sender left to hardware are completed, VLAN tags put back. Frames above the interface's MTU are received but cannot
/// be sent: turn segmentation offload off on the hosts.
/// </summary>
public sealed class PacketSocketPort : IPort, ILoopSource, ILoopHandler, IDisposable
{
    /// <summary>Frames a turn, so that other ports and timers get theirs; at 300 ns a frame, 20 us.</summary>
    private const int FramesPerTurn = 64;

    /// <summary>Frames that share one reading of the clock, which says when they leave; when they came the kernel says of each.</summary>
    private const int FramesPerClock = 16;

    /// <summary>How often the carrier is looked at: a system call of a microsecond. BMv2 looks every 200 ms.</summary>
    private const long CarrierCheckNs = 20_000_000;
    private readonly EventLoop _loop;
    private readonly PacketSocket _socket;
    private readonly SendBatch _outgoing = new();
    private readonly Lock _gate = new();
    private Switch? _switch;
    private int _port;
    private bool _isFlushDue;
    private bool _isClosed;
    private bool _hasCarrier = true;
    private long _receiveDrops;
    private long _sendDrops;
    private long _faults;

    /// <summary>Opens the interface; frames wait in its ring until <see cref="Start"/>.</summary>
    /// <exception cref="IOException">No such interface, no permission, or no packet sockets on this system.</exception>
    public PacketSocketPort(string interfaceName, EventLoop loop)
    {
        Interface = interfaceName;
        _loop = loop;
        _socket = PacketSocket.Open(interfaceName);
    }

    /// <summary>Name of the interface.</summary>
    public string Interface { get; }

    /// <summary>The interface's MTU in bytes when it was opened.</summary>
    public int MtuBytes => _socket.MtuBytes;

    /// <summary>Frames lost because the loop did not keep up and the ring was full. Any thread.</summary>
    public long ReceiveDrops
    {
        get
        {
            lock (_gate)
            {
                return _receiveDrops += _isClosed ? 0 : _socket.TakeKernelDrops();
            }
        }
    }

    /// <summary>Frames that the interface refused: down, queue full, or longer than its MTU. Any thread.</summary>
    public long SendDrops => Interlocked.Read(ref _sendDrops);

    /// <summary>How often the interface went down or away; frames come again once it is up. Any thread.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    int ILoopSource.Descriptor => _socket.Descriptor;

    /// <summary>
    /// Begins to hand frames to a port of a switch, which runs on this port's loop. The port goes down and up with the
    /// interface's carrier, so that groups pass over members that watch it.
    /// </summary>
    public void Start(Switch owner, int port)
    {
        _switch = owner;
        _port = port;
        _loop.Attach(this);
        _loop.Post(CheckCarrier);
    }

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame)
    {
        if (!_outgoing.TryAdd(frame))
        {
            Flush();
            if (!_outgoing.TryAdd(frame))
            {
                Interlocked.Increment(ref _sendDrops);
                return;
            }
        }

        if (!_isFlushDue && _loop.IsRealTime)
        {
            _isFlushDue = true;
            _loop.FlushLater(this);
        }
    }

    /// <summary>Sends the frames gathered so far; a loop in real time does it by itself.</summary>
    public void Flush()
    {
        _isFlushDue = false;
        lock (_gate)
        {
            if (_isClosed)
            {
                _outgoing.Clear();
                return;
            }

            int refused = _outgoing.Send(_socket.Descriptor);
            if (refused > 0)
            {
                Interlocked.Add(ref _sendDrops, refused);
            }
        }
    }

    void ILoopHandler.OnEvent(long arg) => CheckCarrier();

    long ILoopSource.OldestNs()
    {
        lock (_gate)
        {
            return !_isClosed && _socket.Ring.TryPeekTime(out long unixNs) ? _loop.FromUnix(unixNs) : long.MaxValue;
        }
    }

    bool ILoopSource.Poll(long untilNs)
    {
        // The lock keeps the ring mapped; it is taken once a turn, and only Dispose on another thread contends for it.
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            ReceiveRing ring = _socket.Ring;
            int taken = 0;
            while (taken < FramesPerTurn && ring.TryPeekTime(out long unixNs) && _loop.TryAdvance(unixNs, untilNs)
                && ring.TryPeek(out ReadOnlySpan<byte> frame))
            {
                if (taken % FramesPerClock == 0)
                {
                    _loop.Look();
                }

                if (frame.IsEmpty)
                {
                    _receiveDrops++;
                }
                else
                {
                    _switch!.Gather(_port, frame);
                }

                ring.Release();
                taken++;
            }

            if (taken > 0)
            {
                _switch!.RunGathered();
            }

            return taken > 0;
        }
    }

    void ILoopSource.ClearFault()
    {
        Interlocked.Increment(ref _faults);
        lock (_gate)
        {
            if (!_isClosed)
            {
                _socket.ClearError();
            }
        }
    }

    /// <summary>Ends receiving and closes the socket.</summary>
    public void Dispose()
    {
        _loop.Detach(this);
        lock (_gate)
        {
            if (!_isClosed)
            {
                _receiveDrops += _socket.TakeKernelDrops();
                _isClosed = true;
                _socket.Dispose();
            }
        }
    }

    private void CheckCarrier()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            bool has = _socket.HasCarrier();
            if (has != _hasCarrier)
            {
                _hasCarrier = has;
                _switch!.SetPortUp(_port, has);
            }
        }

        _loop.Schedule(_loop.NowNs + CarrierCheckNs, this);
    }
}
