using System.Net;

namespace Telemetry.Controller.Planning;

/// <summary>A 5-tuple mask of the INT watchlist; a part that is null matches everything.</summary>
/// <param name="Source">Source network.</param>
/// <param name="Destination">Destination network.</param>
/// <param name="Protocol">IPv4 protocol, 6 or 17.</param>
/// <param name="SourcePort">TCP or UDP source port.</param>
/// <param name="DestinationPort">TCP or UDP destination port.</param>
/// <param name="Rate">One packet in so many is watched, at random; 1..65535.</param>
public sealed record WatchRule(
    IPNetwork? Source = null,
    IPNetwork? Destination = null,
    byte? Protocol = null,
    ushort? SourcePort = null,
    ushort? DestinationPort = null,
    ushort Rate = 1)
{
    /// <summary>True for a rule about IPv6 packets, which one of its networks says; <c>::/0</c> is all of them.</summary>
    public bool IsIpv6 => (Source ?? Destination)?.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary>Every TCP packet over IPv4.</summary>
    public static WatchRule AllTcp { get; } = new(Protocol: 6);

    /// <summary>Every UDP packet over IPv4.</summary>
    public static WatchRule AllUdp { get; } = new(Protocol: 17);
}
