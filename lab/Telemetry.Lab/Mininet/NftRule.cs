using System.Globalization;
using System.Net;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Scenarios;

namespace Telemetry.Lab.Mininet;

/// <summary>Packets in the words of nft.</summary>
internal static class NftRule
{
    /// <summary>A firewall's rule, e.g. <c>ip daddr 10.0.6.4/32 meta l4proto 6 th dport 22-23 counter drop</c>.</summary>
    public static string Of(FirewallRule rule) => Words(
        Match(rule.Source, rule.Destination, rule.Protocol, rule.SourcePorts, rule.DestinationPorts), rule.Allow ? "counter accept" : "counter drop");

    /// <summary>What a fault hits; empty for all packets.</summary>
    public static string Of(TrafficMatch match) => Match(null, match.Destination, match.Protocol, null, match.DestinationPorts);

    private static string Match(IPNetwork? source, IPNetwork? destination, byte? protocol, PortRange? sourcePorts, PortRange? destinationPorts) => Words(
        source is { } from ? $"ip saddr {from}" : "",
        destination is { } to ? $"ip daddr {to}" : "",
        protocol is { } wanted ? string.Create(CultureInfo.InvariantCulture, $"meta l4proto {wanted}")
            : sourcePorts is not null || destinationPorts is not null ? "meta l4proto { 6, 17 }" : "",
        sourcePorts is { } first ? $"th sport {first}" : "",
        destinationPorts is { } last ? $"th dport {last}" : "");

    private static string Words(params ReadOnlySpan<string> words) =>
        string.Join(' ', words.ToArray().Where(w => w.Length > 0));
}
