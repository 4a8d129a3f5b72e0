using System.Buffers.Binary;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Truth;

/// <summary>
/// Follows each packet of the lab's flows from switch to switch by its flow and IPv4 identification, and books its
/// hops: the path at the flow when it leaves the last switch, latency and depth at the ports when its telemetry
/// report leaves, so that they cover the very packets that telemetry measured.
/// </summary>
internal sealed class PacketTracker
{
    private const int Ethernet = 14;
    private const int Ipv4 = 20;

    // Ethernet, IPv4, UDP, the report's group header (8 bytes) and individual header (4 bytes): then the inner packet.
    private const int ReportInner = Ethernet + Ipv4 + 8 + 8 + 4;

    /// <summary>Longer than any packet can be under way: six hops of full queues are a third of a second.</summary>
    private const long MaxAgeNs = 5_000_000_000;

    private readonly Dictionary<int, FlowTruth> _flowByDestinationPort = [];
    private readonly Dictionary<long, TrackedPacket> _packets = [];
    private readonly Stack<TrackedPacket> _free = [];
    private int _sweepAt = 4096;

    /// <summary>Follows a flow; its destination port is its own.</summary>
    public void Add(FlowTruth flow)
    {
        _flowByDestinationPort.Add(flow.Key.DestinationPort, flow);
    }

    /// <summary>A data frame leaves a switch.</summary>
    /// <param name="frame">Whole frame.</param>
    /// <param name="port">Where.</param>
    /// <param name="toHost">True when the port leads to a host: its last switch.</param>
    /// <param name="latencyNs">Since it came to the switch.</param>
    /// <param name="depth">Packets that waited behind it.</param>
    /// <param name="nowNs">Loop time.</param>
    public void OnHop(ReadOnlySpan<byte> frame, PortTruth port, bool toHost, long latencyNs, int depth, long nowNs)
    {
        if (!TryFind(frame, Ethernet, out FlowTruth? flow, out long id))
        {
            return;
        }

        if (!_packets.TryGetValue(id, out TrackedPacket? packet))
        {
            if (_packets.Count >= _sweepAt)
            {
                Sweep(nowNs);
            }

            packet = _free.TryPop(out TrackedPacket? used) ? used : new TrackedPacket();
            packet.Restart();
            _packets.Add(id, packet);
        }
        else if (packet.Hops > 0 && nowNs - packet.LastSeenNs > MaxAgeNs)
        {
            packet.Restart(); // an earlier packet with this identification was lost
        }

        packet.AddHop(port, latencyNs, depth, nowNs);
        if (toHost)
        {
            packet.Delivered = true;
            if (!packet.PathEquals(flow.Path))
            {
                flow.PathChanges += flow.Path.Count > 0 ? 1 : 0;
                flow.Path = packet.Path();
            }

            Settle(id, packet);
        }
    }

    /// <summary>A telemetry report leaves a switch.</summary>
    public void OnReport(ReadOnlySpan<byte> frame)
    {
        if (TryFind(frame, ReportInner, out _, out long id) && _packets.TryGetValue(id, out TrackedPacket? packet))
        {
            packet.Reported = true;
            Settle(id, packet);
        }
    }

    private void Settle(long id, TrackedPacket packet)
    {
        // The report may leave just before the packet itself: its last hop is known only after both.
        if (packet.Delivered && packet.Reported)
        {
            packet.CommitHops();
            _packets.Remove(id);
            _free.Push(packet);
        }
    }

    private bool TryFind(ReadOnlySpan<byte> frame, int ipv4, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FlowTruth? flow, out long id)
    {
        flow = null;
        id = 0;
        if (frame.Length < ipv4 + Ipv4 + 8 || frame[ipv4] != 0x45 || frame[ipv4 + 9] is not (6 or 17))
        {
            return false;
        }

        int destinationPort = BinaryPrimitives.ReadUInt16BigEndian(frame[(ipv4 + Ipv4 + 2)..]);
        if (!_flowByDestinationPort.TryGetValue(destinationPort, out flow)
            || (!flow.VariesSource && flow.Key.Source != BinaryPrimitives.ReadUInt32BigEndian(frame[(ipv4 + 12)..]))
            || flow.Key.Destination != BinaryPrimitives.ReadUInt32BigEndian(frame[(ipv4 + 16)..]))
        {
            return false;
        }

        id = ((long)destinationPort << 16) | BinaryPrimitives.ReadUInt16BigEndian(frame[(ipv4 + 4)..]);
        return true;
    }

    /// <summary>Forgets packets that were lost on the way.</summary>
    private void Sweep(long nowNs)
    {
        foreach ((long id, TrackedPacket packet) in _packets)
        {
            if (nowNs - packet.LastSeenNs > MaxAgeNs)
            {
                _packets.Remove(id);
                _free.Push(packet);
            }
        }

        _sweepAt = Math.Max(4096, _packets.Count * 2);
    }
}
