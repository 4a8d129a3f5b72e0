using Telemetry.Lab.Hosts;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Traffic;

/// <summary>
/// The data-sending end of a TCP-like connection. Positions are offsets in the stream of data; on the wire data byte
/// 0 has sequence number 1, after SYN.
/// </summary>
internal sealed class TcpSender : ILoopHandler, IFlowEndpoint
{
    private const long StartEvent = 0;
    private const long ApplicationEvent = 1;
    private const long TimeoutEvent = 2;
    private const long MinTimeoutNs = 200_000_000; // RFC 6298 says 1 s; Linux, which labs compare with, uses 200 ms
    private const long MaxTimeoutNs = 10_000_000_000;

    private readonly EventLoop _loop;
    private readonly FlowPlan _plan;
    private readonly TcpTraffic _traffic;
    private readonly FlowDirection _data;
    private readonly FlowDirection _acknowledgements;
    private readonly int _segmentBytes;

    private bool _connected;
    private long _acknowledged;
    private long _next;
    private long _highest;
    private double _window;
    private double _threshold = double.PositiveInfinity;
    private int _duplicates;
    private long _recover = -1;
    private long _reducedUntil = -1;
    private bool _tellReduced;

    private long _timeoutNs = 1_000_000_000;
    private long _smoothedNs;
    private long _variationNs;
    private long _timedUntil = -1;
    private long _timedSinceNs;
    private long _deadlineNs = long.MaxValue;
    private bool _timeoutScheduled;
    private bool _applicationScheduled;

    /// <summary>Schedules the opening.</summary>
    /// <param name="loop">The fabric's loop.</param>
    /// <param name="plan">With a <see cref="TcpTraffic"/>.</param>
    /// <param name="data">Sender to receiver.</param>
    /// <param name="acknowledgements">Receiver to sender.</param>
    public TcpSender(EventLoop loop, FlowPlan plan, FlowDirection data, FlowDirection acknowledgements)
    {
        _loop = loop;
        _plan = plan;
        _traffic = (TcpTraffic)plan.Pattern;
        _data = data;
        _acknowledgements = acknowledgements;
        _segmentBytes = plan.FrameBytes - FrameTemplate.EthernetSize - FrameTemplate.Ipv4Size - FrameTemplate.TcpSize;
        _window = 10.0 * _segmentBytes; // RFC 6928
        loop.Schedule(plan.StartNs, this, StartEvent);
    }

    /// <summary>Data segments sent again.</summary>
    public long Retransmissions { get; private set; }

    /// <summary>Bytes that the other end has in order.</summary>
    public long AcknowledgedBytes => _acknowledged;

    /// <summary>Congestion window, bytes.</summary>
    public double WindowBytes => _window;

    private long Outstanding => _next - _acknowledged;

    /// <inheritdoc/>
    public void OnEvent(long arg)
    {
        switch (arg)
        {
            case StartEvent:
                SendSyn();
                break;
            case ApplicationEvent:
                _applicationScheduled = false;
                SendWhatFits();
                break;
            default:
                OnTimeout();
                break;
        }
    }

    /// <inheritdoc/>
    public bool Receive(in ReceivedFrame frame, long nowNs)
    {
        if (!_acknowledgements.Count(frame, nowNs))
        {
            return false;
        }

        if ((frame.Flags & TcpFlags.Syn) != 0)
        {
            if (!_connected)
            {
                _connected = true;
                _deadlineNs = long.MaxValue;
                Measure(nowNs - _timedSinceNs);
                SendWhatFits();
            }

            return true;
        }

        // The difference of 32-bit numbers is right as long as less than 2 GiB is outstanding.
        long acknowledged = _acknowledged + (int)(frame.Acknowledgement - Wire(_acknowledged));
        if (acknowledged > _highest || acknowledged < _acknowledged)
        {
            return true;
        }

        if ((frame.Flags & TcpFlags.Ece) != 0 && _acknowledged > _reducedUntil)
        {
            _threshold = Math.Max(_window / 2, 2.0 * _segmentBytes);
            _window = _threshold;
            _reducedUntil = _next;
            _tellReduced = true;
        }

        if (acknowledged > _acknowledged)
        {
            OnProgress(acknowledged, nowNs);
        }
        else if (Outstanding > 0)
        {
            OnDuplicate();
        }

        SendWhatFits();
        return true;
    }

    private static uint Wire(long position) => (uint)(position + 1);

    private void OnProgress(long acknowledged, long nowNs)
    {
        long step = acknowledged - _acknowledged;
        _acknowledged = acknowledged;
        _next = Math.Max(_next, acknowledged);
        _duplicates = 0;
        if (_timedUntil >= 0 && acknowledged >= _timedUntil)
        {
            Measure(nowNs - _timedSinceNs);
            _timedUntil = -1;
        }

        if (_recover >= 0 && acknowledged < _recover)
        {
            // NewReno's partial acknowledgement (RFC 6582): the next hole is known, fill it at once.
            SendSegment(acknowledged, again: true);
            _window = Math.Max(_window - step + _segmentBytes, _segmentBytes);
        }
        else if (_recover >= 0)
        {
            _recover = -1;
            _window = _threshold;
        }
        else
        {
            _window += _window < _threshold
                ? Math.Min(step, _segmentBytes)
                : (double)_segmentBytes * _segmentBytes / _window;
        }

        _deadlineNs = Outstanding > 0 ? nowNs + _timeoutNs : long.MaxValue;
        EnsureTimeoutEvent();
    }

    private void OnDuplicate()
    {
        _duplicates++;
        if (_recover >= 0)
        {
            _window += _segmentBytes;
        }
        else if (_duplicates == 3)
        {
            _threshold = Math.Max(Outstanding / 2.0, 2.0 * _segmentBytes);
            _window = _threshold + (3.0 * _segmentBytes);
            _recover = _next;
            SendSegment(_acknowledged, again: true);
        }
    }

    private void OnTimeout()
    {
        _timeoutScheduled = false;
        if (_loop.NowNs < _deadlineNs)
        {
            EnsureTimeoutEvent();
            return;
        }

        _timeoutNs = Math.Min(_timeoutNs * 2, MaxTimeoutNs);
        if (!_connected)
        {
            SendSyn();
            return;
        }

        _threshold = Math.Max(Outstanding / 2.0, 2.0 * _segmentBytes);
        _window = _segmentBytes;
        _recover = -1;
        _duplicates = 0;
        _timedUntil = -1;
        _next = _acknowledged;
        _deadlineNs = _loop.NowNs + _timeoutNs;
        SendWhatFits();
        EnsureTimeoutEvent();
    }

    private void SendSyn()
    {
        long now = _loop.NowNs;
        if (now >= _plan.StopNs)
        {
            return;
        }

        _timedSinceNs = now;
        _data.SendTcp(new TcpSegment(0, 0, TcpFlags.Syn | TcpFlags.Ece | TcpFlags.Cwr, 0), now);
        _deadlineNs = now + _timeoutNs;
        EnsureTimeoutEvent();
    }

    private void SendWhatFits()
    {
        if (!_connected)
        {
            return;
        }

        long now = _loop.NowNs;
        long written = WrittenBytes(now);
        while (_next < written && Outstanding + SegmentAt(_next, written) <= _window)
        {
            int length = SegmentAt(_next, written);
            if (length < _segmentBytes && written < LastByte(now))
            {
                break; // the application is about to write more: wait for a full segment
            }

            SendSegment(_next, again: _next < _highest);
        }

        ScheduleApplication(now, written);
    }

    private int SegmentAt(long position, long written) => (int)Math.Min(_segmentBytes, written - position);

    private void SendSegment(long position, bool again)
    {
        long now = _loop.NowNs;
        int length = SegmentAt(position, Math.Max(WrittenBytes(now), _highest));
        if (length <= 0)
        {
            return;
        }

        TcpFlags flags = TcpFlags.Ack | (_tellReduced ? TcpFlags.Cwr : TcpFlags.None);
        _tellReduced = false;
        _data.SendTcp(new TcpSegment(Wire(position), 1, flags, length), now);
        if (again)
        {
            Retransmissions++;
            _timedUntil = -1; // Karn: an answer to a repeated segment says nothing about the round trip
        }
        else if (_timedUntil < 0)
        {
            _timedUntil = position + length;
            _timedSinceNs = now;
        }

        _next = Math.Max(_next, position + length);
        _highest = Math.Max(_highest, _next);
        if (_deadlineNs == long.MaxValue)
        {
            _deadlineNs = now + _timeoutNs;
        }

        EnsureTimeoutEvent();
    }

    /// <summary>What the application has written by <paramref name="nowNs"/>, in whole segments while it is still writing.</summary>
    private long WrittenBytes(long nowNs)
    {
        long last = LastByte(nowNs);
        if (_traffic.ApplicationBitsPerSecond <= 0)
        {
            return nowNs < _plan.StopNs ? last : Math.Min(last, _highest);
        }

        double elapsedNs = Math.Max(0, Math.Min(nowNs, _plan.StopNs) - _plan.StartNs);
        double share = (double)_segmentBytes / _plan.FrameBytes;
        return Math.Min(last, (long)(elapsedNs * _traffic.ApplicationBitsPerSecond * share / 8e9));
    }

    private long LastByte(long nowNs)
    {
        long total = _traffic.TotalBytes > 0 ? _traffic.TotalBytes : long.MaxValue;
        return nowNs < _plan.StopNs ? total : Math.Min(total, Math.Max(_highest, 0));
    }

    private void ScheduleApplication(long nowNs, long written)
    {
        if (_applicationScheduled || _traffic.ApplicationBitsPerSecond <= 0 || nowNs >= _plan.StopNs
            || written >= LastByte(nowNs) || _next + _segmentBytes <= written)
        {
            return;
        }

        // One segment's worth after the last full one; a nanosecond more, so that rounding never wakes it early.
        double gapNs = _plan.FrameBytes * 8e9 / _traffic.ApplicationBitsPerSecond;
        double missing = 1 - ((double)(written - _next) / _segmentBytes);
        _applicationScheduled = true;
        _loop.Schedule(nowNs + (long)(gapNs * missing) + 1, this, ApplicationEvent);
    }

    private void Measure(long roundTripNs)
    {
        // RFC 6298, 2.2 and 2.3.
        if (_smoothedNs == 0)
        {
            _smoothedNs = roundTripNs;
            _variationNs = roundTripNs / 2;
        }
        else
        {
            _variationNs += (Math.Abs(roundTripNs - _smoothedNs) - _variationNs) / 4;
            _smoothedNs += (roundTripNs - _smoothedNs) / 8;
        }

        _timeoutNs = Math.Clamp(_smoothedNs + (4 * _variationNs), MinTimeoutNs, MaxTimeoutNs);
    }

    private void EnsureTimeoutEvent()
    {
        if (!_timeoutScheduled && _deadlineNs != long.MaxValue)
        {
            _timeoutScheduled = true;
            _loop.Schedule(_deadlineNs, this, TimeoutEvent);
        }
    }
}
