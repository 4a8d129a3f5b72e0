using System.Globalization;
using System.Net;
using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Flows;

/// <summary>
/// A flow's five-tuple. IPv4 addresses are held in the low 32 bits; ports are 0 for protocols without any and for later fragments.
/// Equality and <see cref="StableHash"/> depend on nothing but the values: the same in every process.
/// </summary>
public readonly record struct FlowKey(UInt128 Source, UInt128 Destination, ushort SourcePort, ushort DestinationPort, byte Protocol, bool IsIpv6)
{
    /// <summary>Key of an IPv4 flow.</summary>
    public static FlowKey Ipv4(uint source, uint destination, byte protocol, ushort sourcePort = 0, ushort destinationPort = 0) =>
        new(source, destination, sourcePort, destinationPort, protocol, false);

    /// <summary>The same flow seen from the other end.</summary>
    public FlowKey Reversed => new(Destination, Source, DestinationPort, SourcePort, Protocol, IsIpv6);

    /// <summary>Source address as text.</summary>
    public string SourceText => AddressText(Source, IsIpv6);

    /// <summary>Destination address as text.</summary>
    public string DestinationText => AddressText(Destination, IsIpv6);

    /// <summary>64 well-mixed bits of all fields; not randomised.</summary>
    public ulong StableHash
    {
        get
        {
            var ports = ((ulong)SourcePort << 32) | ((ulong)DestinationPort << 16) | ((ulong)Protocol << 8) | (IsIpv6 ? 1UL : 0);
            var hash = Mix((ulong)Source ^ 0x9E37_79B9_7F4A_7C15, (ulong)Destination ^ 0xD1B5_4A32_D192_ED03);
            if (IsIpv6)
                hash = Mix(hash ^ (ulong)(Source >> 64), (ulong)(Destination >> 64) ^ 0x94D0_49BB_1331_11EB);
            return Mix(hash ^ ports, 0xBF58_476D_1CE4_E5B9);
        }
    }

    /// <summary>Key of an IP packet; false where the bytes end inside the IP header or are neither IPv4 nor IPv6. Missing ports are 0.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out FlowKey key)
    {
        if (Ipv4Header.TryRead(packet, out var v4))
        {
            var l4 = v4.FragmentOffset == 0 ? packet[v4.HeaderLength..] : default;
            var (source, destination) = Ports(l4, v4.Protocol);
            key = Ipv4(v4.Source, v4.Destination, v4.Protocol, source, destination);
            return true;
        }
        if (Ipv6Header.TryRead(packet, out var v6))
        {
            var found = Ipv6Header.TryFindUpper(packet, out var protocol, out var offset) && offset <= packet.Length;
            var (source, destination) = Ports(found ? packet[offset..] : default, protocol);
            key = new FlowKey(v6.Source, v6.Destination, source, destination, protocol, true);
            return true;
        }
        key = default;
        return false;
    }

    public bool Equals(FlowKey other) =>
        Source == other.Source && Destination == other.Destination && SourcePort == other.SourcePort
        && DestinationPort == other.DestinationPort && Protocol == other.Protocol && IsIpv6 == other.IsIpv6;

    public override int GetHashCode() => (int)StableHash;

    /// <summary>"10.0.1.1:5000>10.0.2.2:80/udp", IPv6 addresses in brackets.</summary>
    public override string ToString()
    {
        var protocol = Protocol switch
        {
            IpProtocol.Tcp => "tcp",
            IpProtocol.Udp => "udp",
            IpProtocol.Icmp => "icmp",
            IpProtocol.Icmpv6 => "icmpv6",
            _ => Protocol.ToString(CultureInfo.InvariantCulture),
        };
        return IsIpv6
            ? string.Create(CultureInfo.InvariantCulture, $"[{SourceText}]:{SourcePort}>[{DestinationText}]:{DestinationPort}/{protocol}")
            : string.Create(CultureInfo.InvariantCulture, $"{SourceText}:{SourcePort}>{DestinationText}:{DestinationPort}/{protocol}");
    }

    internal static (ushort Source, ushort Destination) Ports(ReadOnlySpan<byte> l4, byte protocol) =>
        protocol is IpProtocol.Tcp or IpProtocol.Udp && l4.Length >= 4
            ? ((ushort)((l4[0] << 8) | l4[1]), (ushort)((l4[2] << 8) | l4[3]))
            : ((ushort)0, (ushort)0);

    private static string AddressText(UInt128 address, bool isIpv6)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(isIpv6 ? bytes : bytes[12..]).ToString();
    }

    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a | 1, b | 1, out var low);
        // The operands come back in so that swapped or zero fields still differ.
        return high ^ low ^ ulong.RotateLeft(a, 23) ^ ulong.RotateLeft(b, 47);
    }
}
