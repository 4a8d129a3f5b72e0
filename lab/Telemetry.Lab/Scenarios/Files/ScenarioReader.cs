using System.Text.Json;
using Telemetry.Controller.Inputs;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Scenarios.Files;

/// <summary>Turns the JSON of a scenario file into a plan and collects every fault on the way.</summary>
internal sealed partial class ScenarioReader(string file, ScenarioContext context, List<InputFault> faults)
{
    private static readonly string[] s_rootKeys = ["name", "background", "traffic", "faults", "truth"];
    private static readonly string[] s_trafficKeys =
    [
        "kind", "from", "to", "rate_mbps", "load", "packets_per_second", "size", "bytes", "on_ms", "off_ms", "spoofed",
        "start", "length", "every", "times",
    ];

    private static readonly string[] s_trafficKinds = ["constant", "poisson", "onoff", "tcp", "synflood", "udpflood"];
    private static readonly string[] s_truthKinds =
        ["congestion", "microburst", "synflood", "udpflood", "loss", "pathchange", "qos", "linkdown", "silent"];

    private readonly List<FlowPlan> _flows = [];
    private readonly List<TruthEpisode> _marks = [];
    private readonly HashSet<string> _hosts = [.. context.HostNames];

    public ScenarioPlan? Read(JsonPart root)
    {
        if (!root.IsObject)
        {
            Fault(root, $"is {root.Shown}; expected an object with traffic and faults");
            return null;
        }

        CheckKeys(root, s_rootKeys);
        string name = root.Get("name") is { } named ? TextOf(named) ?? "" : Path.GetFileNameWithoutExtension(file);
        double background = NumberOf(root.Get("background"), 0, 3, 1, "a factor from 0 (none) to 3");
        if (background > 0)
        {
            _flows.AddRange(BackgroundTraffic.Plan(context, background));
        }

        Each(root, "traffic", ReadTraffic);
        Each(root, "faults", ReadFault);
        Each(root, "truth", ReadTruth);
        if (_flows.Count > ScenarioPlan.MaxFlows)
        {
            Fault(root, $"makes {_flows.Count} flows; expected at most {ScenarioPlan.MaxFlows}");
        }

        return faults.Count > 0 ? null : new ScenarioPlan(name, context.Seed, _flows, [.. _links.OrderBy(a => a.AtNs)])
        {
            LossActions = [.. _losses.OrderBy(a => a.AtNs)],
            SlowActions = [.. _slow.OrderBy(a => a.AtNs)],
            QueueRateActions = [.. _queues.OrderBy(a => a.AtNs)],
            SwitchActions = [.. _switches.OrderBy(a => a.AtNs)],
            DrainActions = [.. _drains.OrderBy(a => a.AtNs)],
            ReportLossActions = [.. _reports.OrderBy(a => a.AtNs)],
            Marks = _marks,
        };
    }

    private void ReadTraffic(JsonPart part)
    {
        CheckKeys(part, s_trafficKeys);
        string? kind = ChoiceOf(part, "kind", s_trafficKinds);
        string? to = HostOf(part, "to");
        string[] senders = SendersOf(part, to);
        int size = (int)NumberOf(part.Get("size"), FlowPlan.MinFrameBytes, FlowPlan.MaxFrameBytes, kind == "udpflood" ? 200 : 1000,
            $"bytes of a frame, {FlowPlan.MinFrameBytes} to {FlowPlan.MaxFrameBytes}");
        double each = RateOf(part, kind, to, senders.Length);
        bool spoofed = FlagOf(part, "spoofed");
        if (spoofed && kind is not ("synflood" or "udpflood"))
        {
            Fault(part.Get("spoofed")!, "made-up senders get no answers; expected it of synflood or udpflood only");
        }

        TrafficPattern? pattern = kind switch
        {
            "constant" => new ConstantTraffic(each),
            "poisson" => new PoissonTraffic(each),
            "onoff" => new OnOffTraffic(
                each,
                (long)(NumberOf(part.Get("on_ms"), 1, 60_000, 200, "milliseconds, 1 to 60000") * 1e6),
                (long)(NumberOf(part.Get("off_ms"), 1, 60_000, 800, "milliseconds, 1 to 60000") * 1e6)),
            "tcp" => new TcpTraffic(each, (long)NumberOf(part.Get("bytes"), 1, 1e12, 0, "bytes, at least 1")),
            "synflood" => new SynFloodTraffic(
                NumberOf(part.Get("packets_per_second"), 1, 1e6, 1000, "packets a second, 1 to 1000000") / Math.Max(1, senders.Length), spoofed),
            "udpflood" => new UdpFloodTraffic(each, spoofed),
            _ => null,
        };
        foreach ((long startNs, long endNs) in SpansOf(part))
        {
            if (faults.Count > 0 || pattern is null || to is null)
            {
                return; // known to be wrong already; the plan is not used
            }

            int bytes = kind == "synflood" ? SynFloodTraffic.FrameBytes : size;
            _flows.AddRange(senders.Select(sender => new FlowPlan(sender, to, pattern, startNs, endNs, bytes)));
            if (kind is "synflood" or "udpflood")
            {
                _marks.Add(new TruthEpisode(kind, to, startNs, endNs));
            }
        }
    }

    /// <summary>Bits per second of each sender.</summary>
    private double RateOf(JsonPart part, string? kind, string? to, int senders)
    {
        JsonPart? rate = part.Get("rate_mbps");
        JsonPart? load = part.Get("load");
        if (kind == "synflood")
        {
            if ((rate ?? load) is { } meant)
            {
                Fault(meant, "is no measure of SYNs; expected \"packets_per_second\"");
            }

            return 0;
        }

        if (rate is not null && load is not null)
        {
            Fault(load, "stands beside \"rate_mbps\"; expected one of them: Mbit/s of each sender, or a share of the receiver's line for all together");
        }
        else if (rate is null && load is null && kind is not (null or "tcp"))
        {
            Fault(part, "has no rate; expected \"rate_mbps\" (of each sender) or \"load\" (share of the receiver's line, all together)");
        }

        double each = NumberOf(rate, 0.001, 100_000, 0, "Mbit/s, 0.001 to 100000") * 1e6;
        double share = NumberOf(load, 0.001, 20, 0, "a share of the receiver's line, 0.001 to 20");
        return load is null || to is null ? each : share * context.HostRate(to) / Math.Max(1, senders);
    }

    private string[] SendersOf(JsonPart part, string? to)
    {
        JsonPart? from = part.Get("from");
        if (from is { IsText: true, Text: "*" })
        {
            return [.. context.HostNames.Where(h => h != to)];
        }

        JsonPart[] named = from is null ? [] : from.IsArray ? [.. from.Items] : [from];
        if (named.Length == 0)
        {
            Fault(from ?? part, "names no sender; expected \"from\": a host, a list of hosts, or \"*\" for all");
        }

        List<string> senders = [];
        foreach (JsonPart sender in named)
        {
            if (TextOf(sender) is not { } name)
            {
                continue;
            }

            if (!_hosts.Contains(name))
            {
                Fault(sender, $"\"{name}\" is no host of {context.Topology.Name}; expected one of {Some(_hosts)}");
            }
            else if (name == to)
            {
                Fault(sender, $"{name} would send to itself; expected another host");
            }

            senders.Add(name);
        }

        return [.. senders];
    }

    private void ReadTruth(JsonPart part)
    {
        CheckKeys(part, ["kind", "entity", "start", "length"]);
        string? kind = ChoiceOf(part, "kind", s_truthKinds);
        string? entity = part.Get("entity") is { } named ? TextOf(named) : null;
        if (part.Get("entity") is null)
        {
            Fault(part, "has no \"entity\"; expected a port (s1-p3), link (s1-s2), flow (h1>h4) or device");
        }

        (long startNs, long endNs) = SpanOf(part);
        if (kind is not null && entity is not null)
        {
            _marks.Add(new TruthEpisode(kind, entity, startNs, endNs));
        }
    }

    /// <summary>The span, repeated each <c>every</c> seconds up to <c>times</c> times or the end.</summary>
    private IEnumerable<(long StartNs, long EndNs)> SpansOf(JsonPart part)
    {
        (long startNs, long endNs) = SpanOf(part);
        long everyNs = (long)(NumberOf(part.Get("every"), 0.01, 10_800, 0, "seconds, 0.01 to 10800") * 1e9);
        double times = NumberOf(part.Get("times"), 1, ScenarioPlan.MaxFlows, everyNs > 0 ? ScenarioPlan.MaxFlows : 1, "a number of times");
        if (part.Get("times") is { } alone && everyNs == 0)
        {
            Fault(alone, "has no meaning alone; expected \"every\", the seconds from one start to the next");
        }

        for (int i = 0; i < times && startNs < context.EndNs; i++)
        {
            yield return (startNs, Math.Min(endNs, context.EndNs));
            (startNs, endNs) = (startNs + everyNs, endNs + everyNs);
        }
    }

    /// <summary>Start and length in seconds since traffic begins; without length to the end.</summary>
    private (long StartNs, long EndNs) SpanOf(JsonPart part)
    {
        double start = NumberOf(part.Get("start"), 0, 10_800, 0, "seconds since traffic begins, 0 to 10800");
        double length = NumberOf(part.Get("length"), 0.001, 10_800, 0, "seconds, 0.001 to 10800");
        long startNs = context.StartNs + (long)(start * 1e9);
        return (startNs, part.Get("length") is null ? Math.Max(context.EndNs, startNs + 1) : startNs + (long)(length * 1e9));
    }

    private void Each(JsonPart root, string key, Action<JsonPart> read)
    {
        if (root.Get(key) is not { } list)
        {
            return;
        }

        if (!list.IsArray)
        {
            Fault(list, $"is {list.Shown}; expected a list");
            return;
        }

        foreach (JsonPart item in list.Items)
        {
            if (item.IsObject)
            {
                read(item);
            }
            else
            {
                Fault(item, $"is {item.Shown}; expected an object");
            }
        }
    }

    private string? HostOf(JsonPart part, string key)
    {
        if (part.Get(key) is not { } value)
        {
            Fault(part, $"has no \"{key}\"; expected a host");
            return null;
        }

        if (TextOf(value) is not { } name || _hosts.Contains(name))
        {
            return value.IsText ? value.Text : null;
        }

        Fault(value, $"\"{name}\" is no host of {context.Topology.Name}; expected one of {Some(_hosts)}");
        return null;
    }

    private string? ChoiceOf(JsonPart part, string key, string[] choices)
    {
        if (part.Get(key) is not { } value)
        {
            Fault(part, $"has no \"{key}\"; expected one of {string.Join(", ", choices)}");
            return null;
        }

        if (value.IsText && choices.Contains(value.Text))
        {
            return value.Text;
        }

        Fault(value, $"is {value.Shown}; expected one of {string.Join(", ", choices)}");
        return null;
    }

    private double NumberOf(JsonPart? part, double least, double most, double absent, string expected)
    {
        if (part is null)
        {
            return absent;
        }

        if (part.TryNumber(out double number) && number >= least && number <= most)
        {
            return number;
        }

        Fault(part, $"is {part.Shown}; expected {expected}");
        return absent;
    }

    private bool FlagOf(JsonPart part, string key)
    {
        if (part.Get(key) is not { } flag)
        {
            return false;
        }

        if (flag.Kind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Fault(flag, $"is {flag.Shown}; expected true or false");
        }

        return flag.Kind == JsonValueKind.True;
    }

    private string? TextOf(JsonPart part)
    {
        if (part.IsText && part.Text.Length > 0)
        {
            return part.Text;
        }

        Fault(part, $"is {part.Shown}; expected text");
        return null;
    }

    private void CheckKeys(JsonPart part, string[] known)
    {
        foreach ((string key, JsonPart value) in part.Members)
        {
            if (!known.Contains(key))
            {
                Fault(value, $"unknown key \"{key}\"; known keys: {string.Join(", ", known)}");
            }
        }
    }

    private static string Some(IEnumerable<string> names)
    {
        string[] first = [.. names.Take(9)];
        return first.Length < 9 ? string.Join(", ", first) : string.Join(", ", first[..8]) + " and others";
    }

    private void Fault(JsonPart part, string message) => faults.Add(new InputFault(file, part.Line, part.Path, message));
}
