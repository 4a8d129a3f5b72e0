using System.Globalization;
using System.Net;

namespace Telemetry.Controller.Topologies;

/// <summary>One rule of a firewall: the first of its rules that matches a packet decides; what none matches passes.</summary>
public sealed record FirewallRule
{
    /// <summary>True lets matching packets pass, false drops them.</summary>
    public required bool Allow { get; init; }

    /// <summary>Source addresses; null for all.</summary>
    public IPNetwork? Source { get; init; }

    /// <summary>Destination addresses; null for all.</summary>
    public IPNetwork? Destination { get; init; }

    /// <summary>IP protocol, 1 ICMP, 6 TCP, 17 UDP; null for all.</summary>
    public byte? Protocol { get; init; }

    /// <summary>Source ports of TCP and UDP; null for all.</summary>
    public PortRange? SourcePorts { get; init; }

    /// <summary>Destination ports of TCP and UDP; null for all.</summary>
    public PortRange? DestinationPorts { get; init; }

    /// <summary>Whether the rule speaks of a packet; ports are 0 for protocols without.</summary>
    /// <param name="source">IPv4 address, host order.</param>
    /// <param name="destination">IPv4 address, host order.</param>
    /// <param name="protocol">IP protocol.</param>
    /// <param name="sourcePort">L4 port.</param>
    /// <param name="destinationPort">L4 port.</param>
    public bool Matches(uint source, uint destination, byte protocol, ushort sourcePort, ushort destinationPort) =>
        (Protocol is not { } wanted || wanted == protocol)
        && Holds(Source, source) && Holds(Destination, destination)
        && (SourcePorts is not { } from || (HasPorts(protocol) && from.Contains(sourcePort)))
        && (DestinationPorts is not { } to || (HasPorts(protocol) && to.Contains(destinationPort)));

    /// <summary>The rule in words, e.g. <c>drop tcp to 10.0.6.0/24 to port 22</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Allow ? "allow" : "drop")} {ProtocolName(Protocol)}{Part(" from ", Source)}{Part(" from port ", SourcePorts)}{Part(" to ", Destination)}{Part(" to port ", DestinationPorts)}");

    /// <summary>Name of a protocol as topology files have it: icmp, tcp, udp, a number, or any.</summary>
    public static string ProtocolName(byte? protocol) => protocol switch
    {
        null => "any",
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        { } other => other.ToString(CultureInfo.InvariantCulture),
    };

    private static string Part<T>(string word, T? value)
        where T : struct => value is { } known ? word + known : "";

    private static bool HasPorts(byte protocol) => protocol is 6 or 17;

    private static bool Holds(IPNetwork? network, uint address)
    {
        if (network is not { } known)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[4];
        uint mask = known.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - known.PrefixLength);
        return known.BaseAddress.TryWriteBytes(bytes, out int written) && written == 4
            && System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) == (address & mask);
    }
}
