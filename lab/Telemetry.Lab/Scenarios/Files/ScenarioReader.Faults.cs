using System.Globalization;
using System.Net;
using Telemetry.Controller.Inputs;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Scenarios.Files;

internal sealed partial class ScenarioReader
{
    private static readonly string[] s_matchKeys = ["dst", "protocol", "dst_port"];
    private static readonly Dictionary<string, string[]> s_faultKeys = new(StringComparer.Ordinal)
    {
        ["link_down"] = ["kind", "link", "start", "length"],
        ["flap"] = ["kind", "link", "times", "start", "length"],
        ["loss"] = ["kind", "link", "fraction", "start", "length", .. s_matchKeys],
        ["slow"] = ["kind", "link", "delay_ms", "jitter_ms", "rate_mbps", "start", "length", .. s_matchKeys],
        ["queue_rate"] = ["kind", "port", "rate_mbps", "start", "length"],
        ["switch_down"] = ["kind", "switch", "start", "length"],
        ["drain"] = ["kind", "link", "start", "length"],
        ["report_loss"] = ["kind", "switch", "fraction", "start", "length"],
    };

    private readonly List<LinkAction> _links = [];
    private readonly List<LossAction> _losses = [];
    private readonly List<SlowAction> _slow = [];
    private readonly List<QueueRateAction> _queues = [];
    private readonly List<SwitchAction> _switches = [];
    private readonly List<DrainAction> _drains = [];
    private readonly List<ReportLossAction> _reports = [];

    private void ReadFault(JsonPart part)
    {
        if (ChoiceOf(part, "kind", [.. s_faultKeys.Keys]) is not { } kind)
        {
            return;
        }

        CheckKeys(part, s_faultKeys[kind]);
        (long startNs, long endNs) = SpanOf(part);
        bool ends = part.Get("length") is not null;
        switch (kind)
        {
            case "link_down" or "flap":
                ReadDown(part, kind, startNs, endNs, ends);
                break;
            case "loss":
                ReadLoss(part, startNs, endNs, ends);
                break;
            case "slow":
                ReadSlow(part, startNs, endNs, ends);
                break;
            case "queue_rate":
                ReadQueueRate(part, startNs, endNs, ends);
                break;
            case "switch_down" when SwitchOf(part) is { } name:
                _switches.Add(new SwitchAction(startNs, name, Up: false));
                _switches.AddRange(ends ? [new SwitchAction(endNs, name, Up: true)] : []);
                _marks.Add(new TruthEpisode("silent", name, startNs, ends ? endNs : null));
                break;
            case "drain" when LinkOf(part) is var (a, b):
                _drains.Add(new DrainAction(startNs, a, b, Drained: true));
                _drains.AddRange(ends ? [new DrainAction(endNs, a, b, Drained: false)] : []);
                break;
            case "report_loss" when SwitchOf(part) is { } name:
                _reports.Add(new ReportLossAction(startNs, name, FractionOf(part)));
                _reports.AddRange(ends ? [new ReportLossAction(endNs, name, 0)] : []);
                break;
        }
    }

    private void ReadDown(JsonPart part, string kind, long startNs, long endNs, bool ends)
    {
        if (LinkOf(part, management: true) is not var (a, b))
        {
            return;
        }

        int times = kind == "flap" ? (int)NumberOf(part.Get("times"), 1, 1000, 3, "a number of times, 1 to 1000") : 1;
        if (kind == "link_down")
        {
            _links.Add(new LinkAction(startNs, a, b, Up: false));
            _links.AddRange(ends ? [new LinkAction(endNs, a, b, Up: true)] : []);
            return;
        }

        // Down for the first half of each turn.
        long turnNs = (endNs - startNs) / times;
        for (int i = 0; i < times; i++)
        {
            _links.Add(new LinkAction(startNs + (i * turnNs), a, b, Up: false));
            _links.Add(new LinkAction(startNs + (i * turnNs) + (turnNs / 2), a, b, Up: true));
        }
    }

    private void ReadLoss(JsonPart part, long startNs, long endNs, bool ends)
    {
        TrafficMatch? match = MatchOf(part);
        double fraction = FractionOf(part);
        if (LinkOf(part) is var (a, b))
        {
            _losses.Add(new LossAction(startNs, a, b, fraction, match));
            _losses.AddRange(ends ? [new LossAction(endNs, a, b, 0)] : []);
            _marks.Add(new TruthEpisode("loss", FabricLink.EntityOf(a, b), startNs, ends ? endNs : null));
        }
    }

    private void ReadSlow(JsonPart part, long startNs, long endNs, bool ends)
    {
        TrafficMatch? match = MatchOf(part);
        long delayNs = (long)(NumberOf(part.Get("delay_ms"), 0, 60_000, 0, "milliseconds, 0 to 60000") * 1e6);
        long jitterNs = (long)(NumberOf(part.Get("jitter_ms"), 0, 60_000, 0, "milliseconds, 0 to 60000") * 1e6);
        long rate = (long)(NumberOf(part.Get("rate_mbps"), 0.01, 100_000, 0, "Mbit/s, 0.01 to 100000") * 1e6);
        if (part.Get("delay_ms") is null && part.Get("jitter_ms") is null && part.Get("rate_mbps") is null)
        {
            Fault(part, "says nothing that is slow; expected delay_ms, jitter_ms or rate_mbps");
        }

        if (match is not null && rate > 0)
        {
            Fault(part.Get("rate_mbps")!, "is of all frames; expected no dst, protocol or dst_port with it");
        }

        if (LinkOf(part) is var (a, b))
        {
            _slow.Add(new SlowAction(startNs, a, b, delayNs, jitterNs, rate, match));
            _slow.AddRange(ends ? [new SlowAction(endNs, a, b, 0, 0, 0, match)] : []);

            // Of a class it is the pairs that suffer, which only the file's author knows.
            _marks.AddRange(match is null ? [new TruthEpisode("qos", FabricLink.EntityOf(a, b), startNs, ends ? endNs : null)] : []);
        }
    }

    private void ReadQueueRate(JsonPart part, long startNs, long endNs, bool ends)
    {
        long rate = (long)(NumberOf(part.Get("rate_mbps"), 0.01, 100_000, 0, "Mbit/s, 0.01 to 100000") * 1e6);
        if (rate == 0 && part.Get("rate_mbps") is null)
        {
            Fault(part, "has no \"rate_mbps\"; expected Mbit/s");
        }

        if (part.Get("port") is not { } port)
        {
            Fault(part, "has no \"port\"; expected a switch port such as s1-p3");
            return;
        }

        string text = TextOf(port) ?? "";
        int dash = text.LastIndexOf("-p", StringComparison.Ordinal);
        if (dash > 0 && int.TryParse(text.AsSpan(dash + 2), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && context.Topology.Switches.Any(s => s.RunsP4 && s.Name == text[..dash])
            && context.Topology.Links.Any(l => l.A == new LinkEnd(text[..dash], number) || l.B == new LinkEnd(text[..dash], number)))
        {
            _queues.Add(new QueueRateAction(startNs, text[..dash], number, rate));
            _queues.AddRange(ends ? [new QueueRateAction(endNs, text[..dash], number, 0)] : []);
            return;
        }

        Fault(port, $"is {port.Shown}, no port of a P4 switch of {context.Topology.Name} with a link; expected one such as s1-p3");
    }

    private (string A, string B)? LinkOf(JsonPart part, bool management = false)
    {
        if (part.Get("link") is not { } link)
        {
            Fault(part, "has no \"link\"; expected two devices: [\"s1\", \"s2\"]");
            return null;
        }

        if (!link.IsArray || link.Items.Count != 2 || !link.Items.TrueForAll(i => i.IsText))
        {
            Fault(link, $"is {link.Shown}; expected two devices: [\"s1\", \"s2\"]");
            return null;
        }

        (string a, string b) = (link.Items[0].Text, link.Items[1].Text);
        bool known = context.Topology.Links.Any(l => Joins(l.A.Device, l.B.Device, a, b))
            || (management && context.Topology.Management.Any(l => Joins(l.A, l.B, a, b)));
        if (known)
        {
            return (a, b);
        }

        Fault(link, $"{context.Topology.Name} has no link between {a} and {b}; expected one of {Some(context.Topology.Links.Select(l => $"{l.A.Device}-{l.B.Device}"))}");
        return null;
    }

    private static bool Joins(string first, string second, string a, string b) =>
        (first == a && second == b) || (first == b && second == a);

    private string? SwitchOf(JsonPart part)
    {
        string[] switches = [.. context.Topology.Switches.Where(s => s.RunsP4).Select(s => s.Name)];
        if (part.Get("switch") is not { } value)
        {
            Fault(part, $"has no \"switch\"; expected one of {Some(switches)}");
            return null;
        }

        if (TextOf(value) is { } name && !switches.Contains(name))
        {
            Fault(value, $"\"{name}\" is no P4 switch of {context.Topology.Name}; expected one of {Some(switches)}");
            return null;
        }

        return value.IsText ? value.Text : null;
    }

    private double FractionOf(JsonPart part)
    {
        if (part.Get("fraction") is null)
        {
            Fault(part, "has no \"fraction\"; expected one above 0, up to 1");
        }

        return NumberOf(part.Get("fraction"), 1e-6, 1, 0, "a fraction above 0, up to 1");
    }

    private TrafficMatch? MatchOf(JsonPart part)
    {
        TrafficMatch match = new() { Destination = NetworkOf(part.Get("dst")), Protocol = ProtocolOf(part.Get("protocol")), DestinationPorts = PortsOf(part.Get("dst_port")) };
        return match == new TrafficMatch() ? null : match;
    }

    private IPNetwork? NetworkOf(JsonPart? part)
    {
        if (part is null || TextOf(part) is not { } text)
        {
            return null;
        }

        HostNode? host = context.Topology.Hosts.FirstOrDefault(h => h.Name == text);
        string whole = host is not null ? $"{host.Address}/32" : text.Contains('/', StringComparison.Ordinal) ? text : text + "/32";
        if (whole.Count(c => c == '.') == 3 && IPNetwork.TryParse(whole, out IPNetwork network))
        {
            return network;
        }

        Fault(part, $"\"{text}\" is neither a host nor an IPv4 prefix; expected one such as h4 or 10.0.4.0/24");
        return null;
    }

    private byte? ProtocolOf(JsonPart? part)
    {
        if (part is null)
        {
            return null;
        }

        if (part is { IsText: true, Text: "tcp" or "udp" })
        {
            return part.Text == "tcp" ? (byte)6 : (byte)17;
        }

        Fault(part, $"is {part.Shown}; expected tcp or udp");
        return null;
    }

    private PortRange? PortsOf(JsonPart? part)
    {
        if (part is null)
        {
            return null;
        }

        if ((part.IsText || part.IsNumber) && PortRange.TryParse(part.Text, out PortRange range))
        {
            return range;
        }

        Fault(part, $"is {part.Shown}; expected a port, or a range such as \"8000-8999\"");
        return null;
    }
}
