using Telemetry.Lab.Hosts;
using Telemetry.Lab.Randomness;
using Telemetry.Lab.Scenarios;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Traffic;

/// <summary>One sender's part of a flood: SYN segments or datagrams to one port, at random times, from its own or made-up addresses.</summary>
internal sealed class FloodFlow : ILoopHandler, IFlowEndpoint
{
    private readonly EventLoop _loop;
    private readonly FlowPlan _plan;
    private readonly Host _source;
    private readonly FlowTruth _truth;
    private readonly FrameTemplate _template;
    private readonly LabRandom _random;
    private readonly bool _syn;
    private readonly bool _spoofed;
    private readonly double _gapNs;

    /// <summary>Schedules the flood's first packet.</summary>
    /// <param name="loop">Owns time and thread.</param>
    /// <param name="plan">With a flood as pattern.</param>
    /// <param name="source">Sender.</param>
    /// <param name="destination">Victim.</param>
    /// <param name="truth">Counts it.</param>
    /// <param name="seed">Of times and addresses.</param>
    public FloodFlow(EventLoop loop, FlowPlan plan, Host source, Host destination, FlowTruth truth, ulong seed)
    {
        (_loop, _plan, _source, _truth) = (loop, plan, source, truth);
        _template = new FrameTemplate(truth.Key, source.Mac, destination.Mac, (ushort)seed);
        _random = new LabRandom(seed);
        (_syn, _spoofed, double perSecond) = plan.Pattern switch
        {
            SynFloodTraffic flood => (true, flood.Spoofed, flood.PacketsPerSecond),
            UdpFloodTraffic flood => (false, flood.Spoofed, flood.BitsPerSecond / 8 / plan.FrameBytes),
            _ => throw new ArgumentException($"{plan.Pattern} is no flood", nameof(plan)),
        };
        _gapNs = 1e9 / perSecond;
        loop.Schedule(plan.StartNs + (long)_random.NextExponential(_gapNs), this);
    }

    /// <inheritdoc/>
    public void OnEvent(long arg)
    {
        long now = _loop.NowNs;
        if (now >= _plan.StopNs)
        {
            return;
        }

        // A tool that floods chooses a new source port for each SYN, and with it a new connection; UDP tools keep theirs.
        uint address = _spoofed ? SynFloodTraffic.FirstSpoofed + (uint)_random.NextBetween(0, SynFloodTraffic.SpoofedAddresses) : _truth.Key.Source;
        ushort port = _syn || _spoofed ? (ushort)_random.NextBetween(1024, 65_536) : _truth.Key.SourcePort;
        _template.SetSource(address, port);
        long number = _truth.PacketsSent++;
        _source.Send(_syn
            ? _template.Tcp(new TcpSegment((uint)_random.NextBetween(0, int.MaxValue), 0, TcpFlags.Syn, 0), number, now)
            : _template.Udp(_plan.FrameBytes, number, now));
        double next = now + _random.NextExponential(_gapNs);
        if (next < _plan.StopNs)
        {
            _loop.Schedule((long)next, this);
        }
    }

    /// <inheritdoc/>
    public bool Receive(in ReceivedFrame frame, long nowNs)
    {
        if (frame.Key.DestinationPort != _truth.Key.DestinationPort || frame.Key.Protocol != _truth.Key.Protocol)
        {
            return false;
        }

        _truth.PacketsDelivered++;
        _truth.BytesDelivered += frame.Length;
        if (frame.IsStamped)
        {
            _truth.LatencyNs.Add(nowNs - frame.SentNs);
        }

        return true;
    }
}
