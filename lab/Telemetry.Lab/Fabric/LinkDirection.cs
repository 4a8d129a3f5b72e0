using Telemetry.Lab.Randomness;
using Telemetry.Lab.Scenarios;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Fabric;

/// <summary>
/// One direction of a link: a frame arrives whole after its serialisation time and the propagation delay, in order,
/// unless the link is down, goes down while the frame is under way, or loses it at random. Whoever transmits paces
/// itself: a switch port by its own rate, a host by its interface.
/// </summary>
internal sealed class LinkDirection : IPort, ILoopHandler
{
    private readonly EventLoop _loop;
    private readonly long _ownDelayNs;
    private readonly double _ownLoss;
    private readonly double _ownNsPerByte;
    private readonly ulong _seed;
    private long _delayNs;
    private long _jitterNs;
    private double _loss;
    private TrafficMatch? _lossMatch;
    private double _nsPerByte;
    private LinkDirection? _slowLane;
    private TrafficMatch? _slowMatch;
    private readonly LabRandom _random;
    private readonly IFrameSink _sink;
    private Slot[] _ring = new Slot[16];
    private int _head;
    private int _count;
    private long _lastArrivalNs;
    private int _generation;
    private bool _up = true;
    private long _framesLost;
    private long _framesDelivered;

    /// <summary>Creates a direction that is up.</summary>
    /// <param name="loop">The fabric's loop.</param>
    /// <param name="rateBitsPerSecond">For the serialisation time; 0: none.</param>
    /// <param name="delayNs">Propagation, nanoseconds.</param>
    /// <param name="loss">Fraction of frames lost at random, 0..1.</param>
    /// <param name="seed">Of the random loss.</param>
    /// <param name="sink">Where frames arrive.</param>
    public LinkDirection(EventLoop loop, long rateBitsPerSecond, long delayNs, double loss, ulong seed, IFrameSink sink)
    {
        _loop = loop;
        _ownDelayNs = _delayNs = delayNs;
        _ownLoss = _loss = loss;
        _ownNsPerByte = _nsPerByte = rateBitsPerSecond > 0 ? 8e9 / rateBitsPerSecond : 0;
        _seed = seed;
        _random = new LabRandom(seed);
        _sink = sink;
    }

    /// <summary>Frames that were lost at random or because the link was down.</summary>
    public long FramesLost => _framesLost + (_slowLane?.FramesLost ?? 0);

    /// <summary>Frames that arrived.</summary>
    public long FramesDelivered => _framesDelivered + (_slowLane?.FramesDelivered ?? 0);

    /// <summary>False loses what is transmitted and what is under way.</summary>
    public bool Up
    {
        get => _up;
        set
        {
            if (_up && !value)
            {
                _generation++;
            }

            _up = value;
            if (_slowLane is not null)
            {
                _slowLane.Up = value;
            }
        }
    }

    /// <summary>Fraction of frames lost at random on top of the link's own.</summary>
    /// <param name="fraction">0..1; 0 ends it.</param>
    /// <param name="match">Which frames; null for all.</param>
    public void SetLoss(double fraction, TrafficMatch? match = null)
    {
        _lossMatch = fraction > 0 ? match : null;
        _loss = 1 - ((1 - _ownLoss) * (1 - fraction));
    }

    /// <summary>Delays frames, and lets the serialisation take longer.</summary>
    /// <param name="delayNs">On top of the link's own; 0 none.</param>
    /// <param name="jitterNs">Up to so much more for each frame.</param>
    /// <param name="rateBitsPerSecond">Instead of the link's own; 0 is its own.</param>
    /// <param name="match">Which frames are delayed: the others overtake them. Null for all.</param>
    public void SetSlow(long delayNs, long jitterNs, long rateBitsPerSecond, TrafficMatch? match)
    {
        _nsPerByte = rateBitsPerSecond > 0 ? 8e9 / rateBitsPerSecond : _ownNsPerByte;
        _slowMatch = match;
        if (match is null)
        {
            (_delayNs, _jitterNs) = (_ownDelayNs + delayNs, jitterNs);
            return;
        }

        // Its loss is decided here, before.
        _slowLane ??= new LinkDirection(_loop, 0, _ownDelayNs, 0, _seed + 1, _sink) { Up = _up };
        (_slowLane._delayNs, _slowLane._jitterNs, _slowLane._nsPerByte) = (_ownDelayNs + delayNs, jitterNs, _nsPerByte);
    }

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame) => TransmitAt(frame, _loop.NowNs);

    /// <summary>Takes a frame whose first bit leaves at <paramref name="startNs"/>, now or later.</summary>
    public void TransmitAt(ReadOnlySpan<byte> frame, long startNs)
    {
        if (!_up || (_loss > 0 && Loses(frame)))
        {
            _framesLost++;
            return;
        }

        if (_slowMatch is not null && _slowMatch.Matches(frame))
        {
            _slowLane!.TransmitAt(frame, startNs);
            return;
        }

        if (_count == _ring.Length)
        {
            Grow();
        }

        ref Slot slot = ref _ring[(_head + _count) & (_ring.Length - 1)];
        if (slot.Bytes is null || slot.Bytes.Length < frame.Length)
        {
            slot.Bytes = new byte[Math.Max(2048, frame.Length)];
        }

        frame.CopyTo(slot.Bytes);
        slot.Length = frame.Length;
        slot.Generation = _generation;
        _count++;

        // A rate that was raised in between must not let a frame overtake the one before it.
        _lastArrivalNs = Math.Max(_lastArrivalNs, startNs + (long)(frame.Length * _nsPerByte) + _delayNs + Jitter());
        _loop.Schedule(_lastArrivalNs, this);
    }

    /// <inheritdoc/>
    public void OnEvent(long arg)
    {
        ref Slot slot = ref _ring[_head];
        byte[] bytes = slot.Bytes!;
        int length = slot.Length;
        bool alive = slot.Generation == _generation && _up;
        if (alive)
        {
            // The slot is freed after delivery: the sink may transmit on this very link meanwhile.
            _sink.Deliver(bytes.AsSpan(0, length));
            _framesDelivered++;
        }
        else
        {
            _framesLost++;
        }

        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
    }

    /// <summary>What a match does not mean has the link's own loss.</summary>
    private bool Loses(ReadOnlySpan<byte> frame) =>
        _random.NextUnit() < (_lossMatch is null || _lossMatch.Matches(frame) ? _loss : _ownLoss);

    private long Jitter() => _jitterNs > 0 ? (long)(_random.NextUnit() * _jitterNs) : 0;

    private void Grow()
    {
        Slot[] larger = new Slot[_ring.Length * 2];
        for (int i = 0; i < _count; i++)
        {
            larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        _ring = larger;
        _head = 0;
    }

    private struct Slot
    {
        public byte[]? Bytes;
        public int Length;
        public int Generation;
    }
}
