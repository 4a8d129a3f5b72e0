using Telemetry.Lab.Hosts;

namespace Telemetry.Lab.Traffic;

/// <summary>The sending end of one direction of a flow: frames out, counted.</summary>
internal sealed class FlowDirection
{
    private readonly Host _source;
    private readonly FrameTemplate _template;
    private readonly bool _stampsLatency;

    /// <summary>Creates a direction that has sent nothing.</summary>
    /// <param name="source">Sender.</param>
    /// <param name="destination">Receiver.</param>
    /// <param name="key">Addresses and ports.</param>
    /// <param name="seed">Chooses the identification to count from: two flows of a pair of hosts must not look like one count.</param>
    /// <param name="stampsLatency">True to measure latency by the stamp in the payload.</param>
    public FlowDirection(Host source, Host destination, FlowKey key, ulong seed, bool stampsLatency = true)
    {
        _source = source;
        _stampsLatency = stampsLatency;
        _template = new FrameTemplate(key, source.Mac, destination.Mac, (ushort)seed);
        Truth = new FlowTruth(key, source.Name, destination.Name);
    }

    /// <summary>What became of it.</summary>
    public FlowTruth Truth { get; }

    /// <summary>Once true, nothing is sent any more: what is under way arrives, and its fate is known.</summary>
    public bool IsOver { get; set; }

    public void SendUdp(int frameBytes, long nowNs)
    {
        if (!IsOver)
        {
            _source.Send(_template.Udp(frameBytes, Truth.PacketsSent++, nowNs));
        }
    }

    public void SendTcp(in TcpSegment segment, long nowNs)
    {
        if (!IsOver)
        {
            _source.Send(_template.Tcp(segment, Truth.PacketsSent++, nowNs));
        }
    }

    /// <summary>Counts a frame at the receiver.</summary>
    /// <returns>False when it is not of this direction.</returns>
    public bool Count(in ReceivedFrame frame, long nowNs)
    {
        if (frame.Key != Truth.Key)
        {
            return false;
        }

        Truth.PacketsDelivered++;
        Truth.OnDelivered(nowNs);
        Truth.BytesDelivered += frame.Length;
        Truth.PacketsMarked += frame.IsMarked ? 1 : 0;
        if (_stampsLatency && frame.IsStamped)
        {
            Truth.LatencyNs.Add(nowNs - frame.SentNs);
        }

        return true;
    }
}
