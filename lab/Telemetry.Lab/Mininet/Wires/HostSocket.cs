using System.Buffers.Binary;
using System.Globalization;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Mininet.Wires;

/// <summary>
/// The interface of a Mininet host, raw: what the lab's flows send leaves it, at its rate also when a busy machine lets
/// the loop catch up late, and what arrives for them is theirs. The host's kernel sees neither, once it has been told to
/// drop their ports.
/// </summary>
internal sealed class HostSocket : IFrameSink, ILoopSource, ILoopHandler, IDisposable
{
    private const int FramesPerTurn = 64;

    /// <summary>Frames that may wait for their turn; Linux's default for an interface.</summary>
    private const int MaxWaiting = 1000;

    /// <summary>A frame whose turn is nearer than a timer is precise leaves at once.</summary>
    private const long PrecisionNs = 200_000;

    /// <summary>Of the time that a late turn took from frames that waited, so much is made up for at once.</summary>
    private const long CatchUpNs = 1_000_000;
    private const int EndOfHeaders = FrameTemplate.EthernetSize + FrameTemplate.Ipv4Size + FrameTemplate.UdpSize;
    private readonly EventLoop _loop;
    private readonly PacketSocket _socket;
    private readonly SendBatch _outgoing = new();
    private readonly Queue<byte[]> _waiting = new();
    private readonly double _nsPerByte;
    private readonly byte[]? _gatewayMac;
    private readonly byte[] _frame = new byte[2048];
    private Host? _host;
    private double _freeNs;
    private bool _isFlushDue;
    private bool _isClosed;

    /// <summary>Opens the interface in the calling thread's network namespace.</summary>
    /// <exception cref="IOException">There is no such interface.</exception>
    /// <param name="loop">The lab's.</param>
    /// <param name="interfaceName">Name there.</param>
    /// <param name="rateBitsPerSecond">Of its link; 0 is unlimited.</param>
    /// <param name="gatewayMac">Where all frames go, whatever they say; null leaves them.</param>
    public HostSocket(EventLoop loop, string interfaceName, long rateBitsPerSecond, string? gatewayMac)
    {
        _loop = loop;
        _gatewayMac = gatewayMac is null ? null : [.. gatewayMac.Split(':').Select(b => byte.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        _nsPerByte = rateBitsPerSecond > 0 ? 8e9 / rateBitsPerSecond : 0;
        _socket = PacketSocket.Open(interfaceName);
    }

    /// <summary>Frames that the interface refused.</summary>
    public long SendDrops { get; private set; }

    int ILoopSource.Descriptor => _socket.Descriptor;

    /// <summary>Frames that arrived while the ring was full.</summary>
    public long TakeReceiveDrops() => _socket.TakeKernelDrops();

    /// <summary>Begins to hand frames to a host. Loop's thread.</summary>
    public void Start(Host host)
    {
        _host = host;
        _loop.Attach(this);
    }

    /// <summary>A frame has been paced and leaves.</summary>
    public void Deliver(ReadOnlySpan<byte> frame)
    {
        // The loop's own time is that of the schedule: events that are late run all at once.
        double nowNs = _loop.WallNs();
        double startNs = Math.Max(nowNs, _freeNs);
        if (_waiting.Count == 0 && startNs - nowNs < PrecisionNs)
        {
            _freeNs = startNs + (frame.Length * _nsPerByte);
            Send(frame);
        }
        else if (_waiting.Count < MaxWaiting)
        {
            _waiting.Enqueue(frame.ToArray());
            if (_waiting.Count == 1)
            {
                _loop.Schedule((long)startNs, this);
            }
        }
        else
        {
            SendDrops++;
        }
    }

    /// <summary>The interface is free for a frame that waits.</summary>
    public void OnEvent(long arg)
    {
        double nowNs = _loop.WallNs();
        while (_waiting.Count > 0 && _freeNs - nowNs < PrecisionNs)
        {
            byte[] frame = _waiting.Dequeue();
            _freeNs = Math.Max(nowNs - CatchUpNs, _freeNs) + (frame.Length * _nsPerByte);
            Send(frame);
        }

        if (_waiting.Count > 0)
        {
            _loop.Schedule((long)_freeNs, this);
        }
    }

    private void Send(ReadOnlySpan<byte> frame)
    {
        if (_gatewayMac is not null && frame.Length <= _frame.Length)
        {
            Span<byte> copy = _frame.AsSpan(0, frame.Length);
            frame.CopyTo(copy);
            _gatewayMac.CopyTo(copy);
            frame = copy;
        }

        if (!_outgoing.TryAdd(frame))
        {
            ((ILoopSource)this).Flush();
            _outgoing.TryAdd(frame);
        }

        if (!_isFlushDue)
        {
            _isFlushDue = true;
            _loop.FlushLater(this);
        }
    }

    void ILoopSource.Flush()
    {
        _isFlushDue = false;
        if (_isClosed)
        {
            _outgoing.Clear();
            return;
        }

        SendDrops += _outgoing.Send(_socket.Descriptor);
    }

    long ILoopSource.OldestNs() => !_isClosed && _socket.Ring.TryPeekTime(out long unixNs) ? _loop.FromUnix(unixNs) : long.MaxValue;

    bool ILoopSource.Poll(long untilNs)
    {
        if (_isClosed)
        {
            return false;
        }

        int taken = 0;
        for (; taken < FramesPerTurn && _socket.Ring.TryPeekTime(out long unixNs) && _loop.TryAdvance(unixNs, untilNs)
            && _socket.Ring.TryPeek(out ReadOnlySpan<byte> frame); taken++)
        {
            if (IsOfAFlow(frame))
            {
                _host!.Deliver(frame);
            }

            _socket.Ring.Release();
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

    /// <summary>Closes the interface; on the loop's thread, or after it has ended.</summary>
    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _loop.Detach(this);
            _socket.Dispose();
        }
    }

    // What else arrives is the kernel's: pings, ARP, users' own programs.
    private static bool IsOfAFlow(ReadOnlySpan<byte> frame) =>
        frame.Length >= EndOfHeaders && frame[12] == 8 && frame[13] == 0 && frame[23] is 6 or 17
        && ScenarioTraffic.IsPort(BinaryPrimitives.ReadUInt16BigEndian(frame[36..]));
}
