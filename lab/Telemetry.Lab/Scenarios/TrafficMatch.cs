using System.Buffers.Binary;
using System.Net;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Scenarios;

/// <summary>Which packets a fault hits; all, where nothing is named.</summary>
public sealed record TrafficMatch
{
    /// <summary>Destination addresses; null for all.</summary>
    public IPNetwork? Destination { get; init; }

    /// <summary>IP protocol, 6 TCP, 17 UDP; null for all.</summary>
    public byte? Protocol { get; init; }

    /// <summary>Destination ports; null for all.</summary>
    public PortRange? DestinationPorts { get; init; }

    /// <summary>Whether an Ethernet frame is meant; what is no IPv4 never is.</summary>
    public bool Matches(ReadOnlySpan<byte> frame)
    {
        const int Ipv4 = 14;
        if (frame.Length < Ipv4 + 24 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800)
        {
            return false;
        }

        byte protocol = frame[Ipv4 + 9];
        if (Protocol is { } wanted && wanted != protocol)
        {
            return false;
        }

        if (Destination is { } network && !Contains(network, BinaryPrimitives.ReadUInt32BigEndian(frame[(Ipv4 + 16)..])))
        {
            return false;
        }

        int l4 = Ipv4 + ((frame[Ipv4] & 15) * 4);
        return DestinationPorts is not { } ports
            || (protocol is 6 or 17 && frame.Length >= l4 + 4 && ports.Contains(BinaryPrimitives.ReadUInt16BigEndian(frame[(l4 + 2)..])));
    }

    private static bool Contains(IPNetwork network, uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        uint mask = network.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - network.PrefixLength);
        return network.BaseAddress.TryWriteBytes(bytes, out int written) && written == 4
            && (BinaryPrimitives.ReadUInt32BigEndian(bytes) & mask) == (address & mask);
    }
}
