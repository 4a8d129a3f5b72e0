using System.Globalization;
using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Topologies;

internal sealed partial class TopologyReader
{
    private static readonly string[] LinkKeys = ["a", "b", "rate_mbps", "delay_ms", "loss", "queue"];
    private readonly Dictionary<LinkEnd, JsonPart> _usedEnds = [];

    private void ReadLinks(JsonPart root)
    {
        JsonPart? links = root.Get("links");
        if (links is null || !links.IsArray)
        {
            Fault(links ?? root, "has no list of links; expected \"links\": [[\"h1\", \"s1-p1\"], ...]");
            return;
        }

        foreach (JsonPart part in links.Items)
        {
            if (part.IsArray)
            {
                ReadListLink(part);
            }
            else if (part.IsObject)
            {
                ReadObjectLink(part);
            }
            else
            {
                Fault(part, $"is {part.Shown}; expected a list [a, b, latency, bandwidth] or an object with a and b");
            }
        }
    }

    private void ReadListLink(JsonPart part)
    {
        if (part.Items.Count is < 2 or > 4)
        {
            Fault(part, $"has {part.Items.Count} items; expected two ends, then latency and bandwidth if wanted");
            return;
        }

        AddLink(
            part,
            part.Items[0],
            part.Items[1],
            part.Items.Count > 3 ? RateOf(part.Items[3]) : 0,
            part.Items.Count > 2 ? DelayOf(part.Items[2]) : 0,
            0,
            TopologyFile.DefaultQueueDepthPackets);
    }

    private void ReadObjectLink(JsonPart part)
    {
        CheckKeys(part, LinkKeys);
        if (part.Get("a") is not { } a || part.Get("b") is not { } b)
        {
            Fault(part, "lacks an end; expected both \"a\" and \"b\"");
            return;
        }

        double loss = 0;
        if (part.Get("loss") is { } lossPart && (!lossPart.TryNumber(out loss) || loss is < 0 or > 1))
        {
            Fault(lossPart, $"is {lossPart.Shown}; expected a fraction from 0 to 1");
        }

        AddLink(
            part,
            a,
            b,
            part.Get("rate_mbps") is { } rate ? RateOf(rate) : 0,
            part.Get("delay_ms") is { } delay ? DelayOf(delay) : 0,
            loss,
            (int)IntegerOf(part.Get("queue"), 1, 1_000_000, TopologyFile.DefaultQueueDepthPackets));
    }

    private void AddLink(
        JsonPart part, JsonPart aPart, JsonPart bPart, long rateBitsPerSecond, long delayNs, double loss, int queue)
    {
        LinkEnd? a = EndOf(aPart);
        LinkEnd? b = EndOf(bPart);
        if (a is not { } first || b is not { } second)
        {
            return;
        }

        if (first.Device == second.Device)
        {
            Fault(part, $"joins {first.Device} to itself; expected two devices");
        }
        else if (first.Port == 0 && second.Port == 0)
        {
            Fault(part, $"joins the hosts {first.Device} and {second.Device}; expected a switch at one end");
        }

        _links.Add(new LinkDraft(new Link(first, second, rateBitsPerSecond, delayNs, loss, queue), part));
    }

    private LinkEnd? EndOf(JsonPart part)
    {
        if (TextOf(part) is not { } text)
        {
            return null;
        }

        int dash = text.LastIndexOf("-p", StringComparison.Ordinal);
        string device = dash < 0 ? text : text[..dash];
        bool isHost = _hosts.Exists(h => h.Name == device);
        if (!isHost && !_switches.Exists(s => s.Name == device))
        {
            Fault(part, $"unknown device \"{device}\"; expected a host or switch of this file");
            return null;
        }

        int port = 0;
        if (isHost && _hosts.Find(h => h.Name == device)!.Tier is not null)
        {
            Fault(part, $"\"{device}\" runs a tier of the collector; expected its links under \"management\"");
            return null;
        }

        if (isHost && dash >= 0)
        {
            Fault(part, $"\"{text}\" gives a host a port; expected \"{device}\"");
            return null;
        }

        if (!isHost && (dash < 0 || !int.TryParse(text.AsSpan(dash + 2), NumberStyles.None, null, out port)
            || port < 1 || port > TopologyFile.MaximumPort))
        {
            Fault(part, $"\"{text}\" names no port; expected \"{device}-pN\" with N from 1 to {TopologyFile.MaximumPort}");
            return null;
        }

        LinkEnd end = new(device, port);
        if (_usedEnds.TryGetValue(end, out JsonPart? used))
        {
            Fault(part, isHost
                ? $"{device} has a link already, in line {used.Line} ({used.Path}); expected one link a host"
                : $"port {text} is used already, in line {used.Line} ({used.Path})");
        }

        _usedEnds.TryAdd(end, part);
        return end;
    }

    private long RateOf(JsonPart part)
    {
        if (part.TryNumber(out double megabits) && megabits is >= 0 and <= 1_000_000)
        {
            return (long)Math.Round(megabits * 1e6);
        }

        Fault(part, $"is {part.Shown}; expected a bandwidth in Mbit/s, 0 for unlimited");
        return 0;
    }

    /// <summary>A number of milliseconds, or text with one of the units us, ms and s.</summary>
    private long DelayOf(JsonPart part)
    {
        double nsPerUnit = 1e6;
        string digits = part.Text;
        if (part.IsText)
        {
            string text = part.Text.Trim();
            (digits, nsPerUnit) = text switch
            {
                _ when text.EndsWith("us", StringComparison.Ordinal) => (text[..^2], 1e3),
                _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 1e6),
                _ when text.EndsWith('s') => (text[..^1], 1e9),
                _ => (text, 1e6),
            };
        }

        if ((part.IsText || part.IsNumber)
            && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number >= 0 && number * nsPerUnit <= 3600e9)
        {
            return (long)Math.Round(number * nsPerUnit);
        }

        Fault(part, $"is {part.Shown}; expected a latency: milliseconds, or text such as \"5ms\" or \"10us\"");
        return 0;
    }
}
