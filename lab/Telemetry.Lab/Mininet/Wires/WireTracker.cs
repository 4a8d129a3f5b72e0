using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Mininet.Wires;

/// <summary>
/// Follows each packet of the lab's flows from interface to interface by its flow and IPv4 identification, whatever
/// telemetry says: which switches it crossed, how long each held it, and where it was lost. One thread.
/// </summary>
internal sealed class WireTracker
{
    private const int Ipv4 = FrameTemplate.EthernetSize;
    private const int L4 = Ipv4 + FrameTemplate.Ipv4Size;

    /// <summary>Longer than any packet is under way; a later one with its identification is another packet.</summary>
    private const long MaxAgeNs = 2_000_000_000;

    private readonly List<SwitchPort> _ports = [];
    private readonly Dictionary<int, Flow> _flows = [];
    private readonly Dictionary<int, Packet> _packets = [];
    private readonly Stack<Packet> _free = [];
    private long _lookAtNs;
    private long _newestNs;

    /// <summary>When the newest packet was seen, run's clock; 0 before the first. Any thread.</summary>
    public long NewestNs => Volatile.Read(ref _newestNs);

    /// <summary>Knows a switch port with a link; returns its number here.</summary>
    public int Add(PortTruth truth, LineRate rate, bool toHost)
    {
        _ports.Add(new SwitchPort(new PortTimeline(truth, rate), toHost));
        return _ports.Count - 1;
    }

    /// <summary>Follows a flow; its destination port is its own.</summary>
    public void Add(FlowTruth flow)
    {
        flow.Wire = new WireCount();
        _flows.Add(flow.Key.DestinationPort, new Flow(flow, flow.Wire));
    }

    /// <summary>A frame crossed a switch's interface.</summary>
    /// <param name="port">What <see cref="Add(PortTruth, LineRate, bool)"/> gave for it.</param>
    /// <param name="head">The frame, or at least its first 38 bytes.</param>
    /// <param name="bytes">Whole frame.</param>
    /// <param name="isOutgoing">True when the switch sent it.</param>
    /// <param name="nowNs">When, run's clock; ascending but for what parallel processors mix up.</param>
    public void OnFrame(int port, ReadOnlySpan<byte> head, int bytes, bool isOutgoing, long nowNs)
    {
        if (head.Length < L4 + 4 || head[Ipv4] != 0x45)
        {
            return;
        }

        int destinationPort = BinaryPrimitives.ReadUInt16BigEndian(head[(L4 + 2)..]);
        if (!_flows.TryGetValue(destinationPort, out Flow? flow)
            || flow.Truth.Key.Destination != BinaryPrimitives.ReadUInt32BigEndian(head[(Ipv4 + 16)..]))
        {
            return;
        }

        ushort identification = BinaryPrimitives.ReadUInt16BigEndian(head[(Ipv4 + 4)..]);
        int id = (destinationPort << 16) | identification;
        if (!_packets.TryGetValue(id, out Packet? packet))
        {
            packet = _free.TryPop(out Packet? used) ? used : new Packet();
            packet.Restart(flow);
            _packets.Add(id, packet);
        }
        else if (nowNs - packet.SeenNs > MaxAgeNs)
        {
            Lose(packet);
            packet.Restart(flow);
        }

        packet.SeenNs = nowNs;
        Volatile.Write(ref _newestNs, nowNs);
        if (isOutgoing)
        {
            if (Leave(packet, port, identification, bytes, nowNs))
            {
                _packets.Remove(id);
                _free.Push(packet);
            }
        }
        else
        {
            Enter(packet, port, nowNs);
        }

        if (nowNs >= _lookAtNs)
        {
            _lookAtNs = nowNs + MaxAgeNs;
            Sweep(nowNs - MaxAgeNs);
        }
    }

    /// <summary>Settles everything; packets still under way are lost.</summary>
    public void Complete()
    {
        Sweep(long.MaxValue);
        foreach (SwitchPort port in _ports)
        {
            port.Timeline.Settle(long.MaxValue);
        }
    }

    private void Enter(Packet packet, int port, long nowNs)
    {
        packet.IsComplete &= packet.InsideOf is null;
        packet.InsideOf = _ports[port].Timeline.Truth.Switch;
        packet.InNs = nowNs;
        if (packet.Ports.Count == 0)
        {
            packet.StartNs = nowNs;
            packet.Flow.Wire.Entered += _ports[port].ToHost ? 1 : 0;
        }
    }

    // True when the packet has left its last switch.
    private bool Leave(Packet packet, int port, ushort identification, int bytes, long nowNs)
    {
        SwitchPort at = _ports[port];
        if (packet.InsideOf != at.Timeline.Truth.Switch)
        {
            packet.IsComplete = false; // when it came was not seen, or only later: the tap had no room, or processors mixed them up
            return false;
        }

        packet.InsideOf = null;
        packet.Ports.Add(port);
        at.Timeline.Add(packet.InNs, nowNs, bytes);
        if (!at.ToHost)
        {
            return false;
        }

        Flow flow = packet.Flow;
        flow.Truth.LatencyNs.Add(nowNs - packet.StartNs);

        // One that others overtook tells of a path that its flow has left.
        if (flow.Wire.OnLeft(identification) && packet.IsComplete && !CollectionsMarshal.AsSpan(flow.Ports).SequenceEqual(CollectionsMarshal.AsSpan(packet.Ports)))
        {
            flow.Truth.PathChanges += flow.Ports.Count > 0 ? 1 : 0;
            flow.Ports.Clear();
            flow.Ports.AddRange(packet.Ports);
            flow.Truth.Path = [.. packet.Ports.Select(p => _ports[p].Timeline.Truth.Switch)];
        }

        return true;
    }

    private void Sweep(long beforeNs)
    {
        foreach ((int id, Packet packet) in _packets)
        {
            if (packet.SeenNs < beforeNs)
            {
                Lose(packet);
                _packets.Remove(id);
                _free.Push(packet);
            }
        }
    }

    // A packet that a switch did not send on found the queue full of the port that its flow takes there.
    private void Lose(Packet packet)
    {
        if (packet.InsideOf is not { } inside)
        {
            return;
        }

        foreach (int port in packet.Flow.Ports)
        {
            PortTruth truth = _ports[port].Timeline.Truth;
            if (truth.Switch == inside)
            {
                truth.TailDrops++;
                return;
            }
        }
    }

    private sealed record SwitchPort(PortTimeline Timeline, bool ToHost);

    private sealed record Flow(FlowTruth Truth, WireCount Wire)
    {
        /// <summary>The egress ports that its newest packet took.</summary>
        public List<int> Ports { get; } = [];
    }

    private sealed class Packet
    {
        public Flow Flow { get; private set; } = null!;

        public List<int> Ports { get; } = [];

        /// <summary>True while it was seen to come into every switch that it left.</summary>
        public bool IsComplete { get; set; }

        public string? InsideOf { get; set; }

        public long StartNs { get; set; }

        public long InNs { get; set; }

        public long SeenNs { get; set; }

        public void Restart(Flow flow)
        {
            Flow = flow;
            Ports.Clear();
            IsComplete = true;
            InsideOf = null;
        }
    }
}
