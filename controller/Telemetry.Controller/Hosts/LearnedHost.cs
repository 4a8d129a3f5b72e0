using System.Net;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Hosts;

/// <summary>A host that told of itself by ARP or neighbour discovery.</summary>
/// <param name="Address">IPv4 or IPv6 address.</param>
/// <param name="Mac">As text, <c>08:00:00:00:01:11</c>.</param>
/// <param name="At">Switch and port that it was last heard at.</param>
/// <param name="FirstSeenNs">When it was first heard, run's clock.</param>
/// <param name="LastSeenNs">When it was last heard, run's clock.</param>
/// <param name="Moves">How often it showed up at another port.</param>
public sealed record LearnedHost(IPAddress Address, string Mac, LinkEnd At, long FirstSeenNs, long LastSeenNs, int Moves)
{
    /// <summary><c>10.0.1.1 08:00:00:00:01:11 at s1-p1</c>.</summary>
    public override string ToString() => $"{Address} {Mac} at {At.Device}-p{At.Port}";
}
