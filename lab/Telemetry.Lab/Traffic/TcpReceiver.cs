using Telemetry.Lab.Hosts;

namespace Telemetry.Lab.Traffic;

/// <summary>The data-receiving end of a TCP-like connection: acknowledges every segment, echoes ECN's mark until it is told of the reduction.</summary>
internal sealed class TcpReceiver : IFlowEndpoint
{
    private readonly FlowDirection _data;
    private readonly FlowDirection _acknowledgements;

    // Received beyond a hole: start to end, both in stream positions, never touching each other.
    private readonly SortedList<long, long> _beyond = [];
    private long _expected;
    private bool _echo;

    /// <summary>Creates an end that waits for SYN.</summary>
    public TcpReceiver(FlowDirection data, FlowDirection acknowledgements)
    {
        _data = data;
        _acknowledgements = acknowledgements;
    }

    /// <summary>Bytes received in order.</summary>
    public long ReceivedBytes => _expected;

    /// <inheritdoc/>
    public bool Receive(in ReceivedFrame frame, long nowNs)
    {
        if (!_data.Count(frame, nowNs))
        {
            return false;
        }

        if ((frame.Flags & TcpFlags.Syn) != 0)
        {
            Acknowledge(TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Ece, nowNs);
            return true;
        }

        _echo = frame.IsMarked || (_echo && (frame.Flags & TcpFlags.Cwr) == 0);
        if (frame.PayloadLength > 0)
        {
            long start = _expected + (int)(frame.Sequence - (uint)(_expected + 1));
            Take(start, start + frame.PayloadLength);
            Acknowledge(TcpFlags.Ack | (_echo ? TcpFlags.Ece : TcpFlags.None), nowNs);
        }

        return true;
    }

    private void Take(long start, long end)
    {
        if (end <= _expected)
        {
            return;
        }

        if (start > _expected)
        {
            if (!_beyond.TryGetValue(start, out long known) || known < end)
            {
                _beyond[start] = end;
            }

            return;
        }

        _expected = end;
        while (_beyond.Count > 0 && _beyond.GetKeyAtIndex(0) <= _expected)
        {
            _expected = Math.Max(_expected, _beyond.GetValueAtIndex(0));
            _beyond.RemoveAt(0);
        }
    }

    private void Acknowledge(TcpFlags flags, long nowNs)
    {
        bool syn = (flags & TcpFlags.Syn) != 0;
        _acknowledgements.SendTcp(new TcpSegment(syn ? 0u : 1u, (uint)(_expected + 1), flags, 0), nowNs);
    }
}
