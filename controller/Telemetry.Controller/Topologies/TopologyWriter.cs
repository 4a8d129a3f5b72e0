using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Telemetry.Controller.Topologies;

/// <summary>Writes a topology as the JSON that <see cref="TopologyFile"/> reads: one device or link a line.</summary>
internal static class TopologyWriter
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Topology topology, string? folder)
    {
        StringBuilder text = new("{\n");
        text.Append("  \"name\": ").Append(Quote(topology.Name)).Append(",\n  \"hosts\": {");
        Lines(text, topology.Hosts.Select(h =>
            $"{Quote(h.Name)}: {{\"ip\": \"{h.Address}/{h.PrefixLength}\", \"mac\": \"{h.Mac}\"{Commands(h)}}}").Concat(topology.Tiers.Select(Tier)));
        text.Append("},\n  \"switches\": {");
        Lines(text, topology.Switches.Select(s => $"{Quote(s.Name)}: {Switch(s, folder)}"));
        text.Append("},\n  \"links\": [");
        Lines(text, topology.Links.Select(Link));
        if (topology.Management.Count > 0)
        {
            text.Append("],\n  \"management\": [");
            Lines(text, topology.Management.Select(Management));
        }

        return text.Append("]\n}\n").ToString();
    }

    private static void Lines(StringBuilder text, IEnumerable<string> lines)
    {
        string joined = string.Join(",\n", lines.Select(line => "    " + line));
        if (joined.Length > 0)
        {
            text.Append('\n').Append(joined).Append("\n  ");
        }
    }

    private static string Commands(HostNode host) =>
        host.Commands.Count == 0 ? "" : $", \"commands\": [{string.Join(", ", host.Commands.Select(Quote))}]";

    private static string Switch(SwitchNode node, string? folder)
    {
        StringBuilder text = new($"{{\"node_id\": {node.NodeId}, \"layer\": {node.Layer}, \"cluster\": {Quote(node.Cluster)}");
        Add("program", Relative(node.Program, folder));
        Add("runtime_json", Relative(node.RuntimeFile, folder));
        Add("grpc", node.GrpcAddress);
        if (node.Tls is { } tls)
        {
            List<string> members = [];
            foreach ((string key, string? value) in new[] { ("ca", Relative(tls.AuthorityFile, folder)), ("cert", Relative(tls.CertificateFile, folder)), ("key", Relative(tls.KeyFile, folder)), ("name", tls.ServerName) })
            {
                if (value is not null)
                {
                    members.Add($"\"{key}\": {Quote(value)}");
                }
            }

            text.Append(", \"tls\": {").AppendJoin(", ", members).Append('}');
        }

        Add("target", node.Target);
        if (node.CpuPort is { } cpu)
        {
            text.Append(CultureInfo.InvariantCulture, $", \"cpu_port\": {cpu}");
        }

        Add("role", node.Role switch
        {
            SwitchRole.Router => "router",
            SwitchRole.Firewall => "firewall",
            _ => null,
        });
        if (node.Rules.Count > 0)
        {
            text.Append(", \"rules\": [").AppendJoin(", ", node.Rules.Select(Rule)).Append(']');
        }

        return text.Append('}').ToString();

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                text.Append(", \"").Append(key).Append("\": ").Append(Quote(value));
            }
        }
    }

    private static string Link(Link link)
    {
        StringBuilder text = new($"{{\"a\": {Quote(End(link.A))}, \"b\": {Quote(End(link.B))}");
        Add("rate_mbps", link.RateBitsPerSecond / 1e6, 0);
        Add("delay_ms", link.DelayNs / 1e6, 0);
        Add("loss", link.Loss, 0);
        Add("queue", link.QueueDepthPackets, TopologyFile.DefaultQueueDepthPackets);
        return text.Append('}').ToString();

        void Add(string key, double value, double absent)
        {
            if (value != absent)
            {
                text.Append(CultureInfo.InvariantCulture, $", \"{key}\": {value:R}");
            }
        }
    }

    private static string Tier(TierNode tier)
    {
        string role = tier.Role switch
        {
            TierRole.Node => "node",
            TierRole.Center => "center",
            _ => "datacenter",
        };
        string cluster = tier.Cluster.Length > 0 ? $", \"cluster\": {Quote(tier.Cluster)}" : "";
        return $"{Quote(tier.Name)}: {{\"role\": \"{role}\"{cluster}, \"ip\": \"{tier.Address}/{tier.PrefixLength}\", \"mac\": \"{tier.Mac}\"}}";
    }

    private static string Management(ManagementLink link)
    {
        StringBuilder text = new($"{{\"a\": {Quote(link.A)}, \"b\": {Quote(link.B)}");
        if (link.RateBitsPerSecond > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", \"rate_mbps\": {link.RateBitsPerSecond / 1e6:R}");
        }

        if (link.DelayNs > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", \"delay_ms\": {link.DelayNs / 1e6:R}");
        }

        return text.Append('}').ToString();
    }

    private static string Rule(FirewallRule rule)
    {
        List<string> keys = [$"\"verdict\": \"{(rule.Allow ? "allow" : "drop")}\""];
        Add("src", rule.Source?.ToString());
        Add("dst", rule.Destination?.ToString());
        Add("protocol", rule.Protocol is null ? null : FirewallRule.ProtocolName(rule.Protocol));
        Add("src_port", rule.SourcePorts?.ToString());
        Add("dst_port", rule.DestinationPorts?.ToString());
        return $"{{{string.Join(", ", keys)}}}";

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                keys.Add($"\"{key}\": {Quote(value)}");
            }
        }
    }

    private static string End(LinkEnd end) => end.Port == 0 ? end.Device : $"{end.Device}-p{end.Port}";

    private static string? Relative(string? path, string? folder) =>
        path is null || folder is null || Path.GetRelativePath(folder, path).StartsWith("..", StringComparison.Ordinal)
            ? path
            : Path.GetRelativePath(folder, path);

    private static string Quote(string text) => JsonSerializer.Serialize(text, Relaxed);
}
