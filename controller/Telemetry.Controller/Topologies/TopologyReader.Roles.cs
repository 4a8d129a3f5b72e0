using System.Globalization;
using System.Net;
using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Topologies;

internal sealed partial class TopologyReader
{
    private static readonly string[] TierRoles = ["host", "node", "center", "datacenter"];
    private static readonly string[] RuleKeys = ["verdict", "src", "dst", "protocol", "src_port", "dst_port"];
    private static readonly string[] Verdicts = ["allow", "drop"];
    private static readonly string[] ManagementKeys = ["a", "b", "rate_mbps", "delay_ms"];
    private readonly List<(ManagementLink Link, JsonPart Part)> _management = [];

    private void ReadTier(HostDraft host, JsonPart part)
    {
        host.Tier = ChoiceOf(part.Get("role"), TierRoles) switch
        {
            "node" => TierRole.Node,
            "center" => TierRole.Center,
            "datacenter" => TierRole.DataCenter,
            _ => null,
        };
        if (part.Get("cluster") is { } cluster)
        {
            host.Cluster = TextOf(cluster) ?? "";
            if (host.Tier is null or TierRole.DataCenter)
            {
                Fault(cluster, "has no meaning here; expected it of the role node or center only: a host is of its switch's cluster");
            }
        }
        else if (host.Tier is TierRole.Node or TierRole.Center)
        {
            Fault(part, $"{host.Name} has no \"cluster\"; expected the name of one: nodes and centers serve a cluster");
        }
    }

    private void ReadRules(SwitchDraft node, JsonPart? rules)
    {
        if (rules is null)
        {
            return;
        }

        if (node.Role != SwitchRole.Firewall || node.Target is not null)
        {
            Fault(rules, $"{node.Name} enforces no rules; expected them of the role firewall without a target");
        }

        if (!rules.IsArray)
        {
            Fault(rules, $"is {rules.Shown}; expected a list of rules such as {{\"verdict\": \"drop\", \"protocol\": \"tcp\", \"dst_port\": 23}}");
            return;
        }

        node.Rules = [.. rules.Items.Select(RuleOf).OfType<FirewallRule>()];
    }

    private FirewallRule? RuleOf(JsonPart part)
    {
        if (!part.IsObject)
        {
            Fault(part, $"is {part.Shown}; expected a rule: an object with verdict");
            return null;
        }

        CheckKeys(part, RuleKeys);
        if (part.Get("verdict") is null)
        {
            Fault(part, "has no \"verdict\"; expected allow or drop");
        }

        FirewallRule rule = new()
        {
            Allow = ChoiceOf(part.Get("verdict"), Verdicts) == "allow",
            Source = NetworkOf(part.Get("src")),
            Destination = NetworkOf(part.Get("dst")),
            Protocol = ProtocolOf(part.Get("protocol")),
            SourcePorts = PortsOf(part.Get("src_port")),
            DestinationPorts = PortsOf(part.Get("dst_port")),
        };
        if ((rule.SourcePorts ?? rule.DestinationPorts) is not null && rule.Protocol is not (6 or 17))
        {
            Fault(part, "names ports of no protocol that has any; expected \"protocol\": \"tcp\" or \"udp\" with them");
        }

        return rule;
    }

    private IPNetwork? NetworkOf(JsonPart? part)
    {
        if (part is null || TextOf(part) is not { } text)
        {
            return null;
        }

        string whole = text.Contains('/', StringComparison.Ordinal) ? text : text + "/32";
        if (whole.Count(c => c == '.') == 3 && IPNetwork.TryParse(whole, out IPNetwork network))
        {
            return network;
        }

        Fault(part, $"\"{text}\" is no IPv4 address or prefix; expected one such as 10.0.1.0/24");
        return null;
    }

    private byte? ProtocolOf(JsonPart? part)
    {
        if (part is null)
        {
            return null;
        }

        if (part.IsText && part.Text is "tcp" or "udp" or "icmp" or "any")
        {
            return part.Text switch { "icmp" => 1, "tcp" => 6, "udp" => 17, _ => null };
        }

        if ((part.TryInteger(out long number) || (part.IsText && long.TryParse(part.Text, NumberStyles.None, CultureInfo.InvariantCulture, out number)))
            && number is >= 0 and <= 255)
        {
            return (byte)number;
        }

        Fault(part, $"is {part.Shown}; expected tcp, udp, icmp, any, or a protocol's number");
        return null;
    }

    private PortRange? PortsOf(JsonPart? part)
    {
        if (part is null)
        {
            return null;
        }

        if (part.TryInteger(out long number) && number is >= 0 and <= ushort.MaxValue)
        {
            return new PortRange((ushort)number, (ushort)number);
        }

        if (part.IsText && PortRange.TryParse(part.Text, out PortRange range))
        {
            return range;
        }

        Fault(part, $"is {part.Shown}; expected a port, or a range such as \"8000-8999\"");
        return null;
    }

    private void ReadManagement(JsonPart root)
    {
        if (root.Get("management") is not { } management)
        {
            return;
        }

        if (!management.IsArray)
        {
            Fault(management, $"is {management.Shown}; expected a list of links: [[\"n1\", \"center1\"], ...]");
            return;
        }

        foreach (JsonPart part in management.Items)
        {
            JsonPart? rate = null;
            JsonPart? delay = null;
            JsonPart? a = null;
            JsonPart? b = null;
            if (part.IsObject)
            {
                CheckKeys(part, ManagementKeys);
                (a, b, rate, delay) = (part.Get("a"), part.Get("b"), part.Get("rate_mbps"), part.Get("delay_ms"));
            }
            else if (part.IsArray && part.Items.Count is >= 2 and <= 4)
            {
                (a, b) = (part.Items[0], part.Items[1]);
                delay = part.Items.Count > 2 ? part.Items[2] : null;
                rate = part.Items.Count > 3 ? part.Items[3] : null;
            }

            if (a is null || b is null)
            {
                Fault(part, "lacks an end; expected [a, b], with latency and bandwidth if wanted, or an object with a and b");
            }
            else if (ManagedOf(a) is { } first && ManagedOf(b) is { } second)
            {
                if (first == second)
                {
                    Fault(part, $"joins {first} to itself; expected two devices");
                }

                _management.Add((new ManagementLink(first, second, rate is null ? 0 : RateOf(rate), delay is null ? 0 : DelayOf(delay)), part));
            }
        }
    }

    private string? ManagedOf(JsonPart part)
    {
        if (TextOf(part) is not { } name)
        {
            return null;
        }

        if (_switches.Exists(s => s.Name == name) || _hosts.Exists(h => h.Name == name && h.Tier is not null))
        {
            return name;
        }

        Fault(part, _hosts.Exists(h => h.Name == name)
            ? $"{name} is a host of the data plane; expected a switch, router, firewall, or a host with a role"
            : $"unknown device \"{name}\"; expected one of this file, without a port");
        return null;
    }

    /// <summary>Tiers without an address get 172.31.255.(n)/24 and 08:00:fe:00:00:(n).</summary>
    private void AssignManagement(HashSet<IPAddress> addresses, HashSet<string> macs)
    {
        int n = 0;
        foreach (HostDraft tier in _hosts.Where(h => h.Tier is not null))
        {
            while ((tier.Address is null || tier.Mac is null) && ++n < 255)
            {
                IPAddress address = new([172, 31, 255, (byte)n]);
                string mac = $"08:00:fe:00:00:{n:x2}";
                if (!addresses.Contains(address) && !macs.Contains(mac))
                {
                    tier.Address ??= address;
                    tier.Mac ??= mac;
                    addresses.Add(tier.Address);
                    macs.Add(tier.Mac);
                }
            }
        }
    }

    /// <summary>Tiers make whole chains over management links, and routers with hosts do not lead on.</summary>
    private void CheckRoles(Topology topology)
    {
        foreach (SwitchDraft node in _switches)
        {
            SwitchNode made = topology.Switches.First(s => s.Name == node.Name);
            if (!made.RunsP4 && EdgePorts.EntrancesOf(topology, made) is { Count: not 1 } entrances
                && _links.Exists(l => IsHostOf(l.Link, node.Name)))
            {
                Fault(node.Part, $"{node.Name} has hosts and leads to {entrances.Count} ports of P4 switches; expected one, so that INT ends there");
            }
        }

        if (topology.Switches.All(s => !s.RunsP4))
        {
            Fault(_switches[0].Part, "no device runs P4; expected at least one switch");
        }

        if (topology.Tiers.Count == 0)
        {
            return;
        }

        HostDraft[] dataCenters = [.. _hosts.Where(h => h.Tier == TierRole.DataCenter)];
        if (dataCenters.Length != 1)
        {
            Fault((dataCenters.Length == 0 ? _hosts.First(h => h.Tier is not null) : dataCenters[1]).Part, $"the file has {dataCenters.Length} data centers; expected one host with role datacenter");
        }

        string[] clusters = [.. _switches.Select(s => s.Cluster).Distinct()];
        foreach (HostDraft tier in _hosts.Where(h => h.Tier is TierRole.Node or TierRole.Center && !clusters.Contains(h.Cluster)))
        {
            Fault(tier.Part, $"cluster {tier.Cluster} of {tier.Name} has no switch; known clusters: {string.Join(", ", clusters)}");
        }

        foreach (string cluster in clusters)
        {
            HostDraft[] nodes = [.. _hosts.Where(h => h.Tier == TierRole.Node && h.Cluster == cluster)];
            HostDraft[] centers = [.. _hosts.Where(h => h.Tier == TierRole.Center && h.Cluster == cluster)];
            if (nodes.Length != 1 || centers.Length != 1)
            {
                Fault(_switches.First(s => s.Cluster == cluster).Part, $"cluster {cluster} has {nodes.Length} nodes and {centers.Length} centers; expected one host with role node and one with role center");
                continue;
            }

            Reaches(topology, nodes[0], centers[0]);
            if (dataCenters.Length == 1)
            {
                Reaches(topology, centers[0], dataCenters[0]);
            }
        }
    }

    private static bool IsHostOf(Link link, string node) =>
        (link.A.Device == node && link.B.Port == 0) || (link.B.Device == node && link.A.Port == 0);

    private void Reaches(Topology topology, HostDraft from, HostDraft to)
    {
        if (!ManagementPaths.Connect(topology.Management, from.Name, to.Name))
        {
            Fault(from.Part, $"no management links lead from {from.Name} to {to.Name}; expected a way under \"management\"");
        }
    }
}
