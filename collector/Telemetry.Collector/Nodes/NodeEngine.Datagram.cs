using System.Buffers.Binary;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    private const int GroupHeaderSize = 8;

    /// <summary>
    /// Takes the payload of one UDP datagram with telemetry reports. Bad bytes never throw: they are counted by kind
    /// in <see cref="Counters"/>. What was decoded before a fault counts; the datagram as a whole is then malformed.
    /// </summary>
    /// <param name="udpPayload">The payload, from the group header.</param>
    public void OnDatagram(ReadOnlySpan<byte> udpPayload)
    {
        long nowNs = RunClock.NowNs(_time);
        Roll(nowNs);
        _counters.Received++;
        if (udpPayload.Length < GroupHeaderSize || udpPayload[0] >> 4 != 2)
        {
            _counters.Malformed++;
            return;
        }

        uint word = BinaryPrimitives.ReadUInt32BigEndian(udpPayload);
        uint nodeId = BinaryPrimitives.ReadUInt32BigEndian(udpPayload[4..]);
        OnSequence(nodeId, (byte)((word >> 22) & 0x3F), word & 0x3FFFFF, nowNs);
    }
}
