using System.Globalization;
using System.Text.Json;

namespace Telemetry.Cli.Commands;

/// <summary>
/// One figure of a lab's telemetry held against the truth in the same document: of how many things it was compared, for how
/// many it agrees, and where it does not.
/// </summary>
/// <param name="Right">Things for which both agree.</param>
/// <param name="All">Things compared.</param>
/// <param name="Differences">One line each that does not agree: what, what telemetry says, what is true.</param>
internal sealed record LabAgreement(int Right, int All, IReadOnlyList<string> Differences)
{
    /// <summary>Fewer packets of a port or flow say little of a median, or of a fraction.</summary>
    private const long FewPackets = 20;

    /// <summary>Of a flow's loss, packets: one is under way, one may be of another order.</summary>
    private const double LossPackets = 2;
    private const double LossFraction = 0.01;

    /// <summary>Probes and pings share queues with the lab's flows, which alone the truth counts.</summary>
    private const double QueuePackets = 2;
    private const double QueueFraction = 0.1;

    /// <summary>BMv2's stages before its queue space out what comes at once, by as much as its threads wait for a processor.</summary>
    private const double Bmv2QueuePackets = 4;
    private const double Bmv2QueueFraction = 0.5;

    /// <summary>From a frame's own stamps to the wires': a system call each way.</summary>
    private const double LatencyUs = 50;
    private const double LatencyFraction = 0.1;

    /// <summary>What BMv2 does before its first stamp and after its last one: wake for a frame, and its egress pipeline.</summary>
    private const double Bmv2LatencyUs = 500;

    /// <summary>A collector trusts an identification to count once so many packets in order did: before, loss is unknown.</summary>
    private const long CountsFrom = 5;

    private static readonly string[] s_key = ["src", "dst", "protocol", "src_port", "dst_port"];

    /// <summary>Nothing was compared.</summary>
    public static LabAgreement None { get; } = new(0, 0, []);

    /// <summary>Whether all agree.</summary>
    public bool Holds => Right == All;

    /// <summary>As a table has it.</summary>
    public override string ToString() => All == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Right}/{All}");

    /// <summary>
    /// The truth with itself: of each flow, no more came into the first switch than its sender sent, no more left the last one
    /// than came in, and its receiver counted just what left.
    /// </summary>
    public static LabAgreement OfCounts(JsonElement document) => Of(TrueFlows(document).Where(f => f.GetProperty("wire").ValueKind == JsonValueKind.Object), flow =>
    {
        JsonElement wire = flow.GetProperty("wire");
        long sent = flow.GetProperty("sent").GetInt64();
        long entered = wire.GetProperty("entered").GetInt64();
        long left = wire.GetProperty("left").GetInt64();
        long delivered = flow.GetProperty("delivered").GetInt64();
        return entered <= sent && left <= entered && left == delivered
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{NameOf(flow)} sent {sent}, entered {entered}, left {left}, delivered {delivered}");
    });

    /// <summary>Each flow's newest path, and that a flow which moved is seen to move.</summary>
    public static LabAgreement OfPaths(JsonElement document) => OfFlows(document, (_, _) => false, (flow, telemetry) =>
    {
        string path = PathOf(flow);
        string seen = PathOf(telemetry);
        bool moved = flow.GetProperty("path_changes").GetInt32() > 0;
        bool seenMoving = telemetry.GetProperty("path_changes").GetInt32() > 0;
        return path != seen ? $"path {seen}, true {path}"
            : moved == seenMoving ? null
            : $"path {seen} {(moved ? "changed, which was not seen" : "never changed")}";
    });

    /// <summary>
    /// Each flow's loss, within 1 % or 2 packets of what is missing between the first and the last packet that left the last
    /// switch: no sink can know what was sent before or after. Flows that end before their numbers can be trusted are left out
    /// where telemetry says that it does not know.
    /// </summary>
    public static LabAgreement OfLosses(JsonElement document) => OfFlows(document, IsTooShort, (flow, telemetry) =>
    {
        JsonElement wire = flow.GetProperty("wire");
        if (wire.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        double gaps = wire.GetProperty("gaps").GetInt64();
        double sent = gaps + wire.GetProperty("left").GetInt64();
        double seen = Number(telemetry, "loss") ?? 0;
        double told = Number(flow, "loss") ?? 0;
        return Math.Abs((seen * sent) - gaps) <= Math.Max(LossPackets, LossFraction * sent)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"loss {seen:P1}, true {gaps / sent:P1} of {sent} ({told:P1} with what shows in no gap)");
    });

    /// <summary>
    /// The deepest queue of each port, packets behind one that leaves. The embedded switch agrees within 2 packets or 10 % with
    /// what the wires say must have waited for the line; BMv2 is at most 4 packets or half below that, and at most 2 packets above all that
    /// were inside of it.
    /// </summary>
    public static LabAgreement OfQueues(JsonElement document, bool bmv2) => OfPorts(document, (port, telemetry) =>
    {
        JsonElement queue = port.GetProperty("queue");
        double waited = Number(queue, "max") ?? 0;
        double inside = Math.Max(waited, Number(port, "inside_max") ?? 0);
        double seen = Number(telemetry.GetProperty("queue"), "max") ?? 0;
        double slack = Math.Max(QueuePackets, QueueFraction * waited);
        double least = waited - (bmv2 ? Math.Max(Bmv2QueuePackets, Bmv2QueueFraction * waited) : slack);
        double most = bmv2 ? inside + QueuePackets : waited + slack;
        return seen >= least && seen <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"queue {seen}, true {waited}, inside {inside}");
    });

    /// <summary>
    /// The median hop latency of each port, within 50 us or 10 % of the wires'; of BMv2, up to 500 us and 10 % less, because
    /// its first stamp is late and its last one early.
    /// </summary>
    public static LabAgreement OfLatencies(JsonElement document, bool bmv2) => OfPorts(document, (port, telemetry) =>
    {
        double? told = Number(port.GetProperty("hop_latency_us"), "p50");
        double? seen = Number(telemetry.GetProperty("hop_latency_us"), "p50");
        double slack = Math.Max(LatencyUs, LatencyFraction * (told ?? 0));
        return seen - told <= slack && told - seen <= slack + (bmv2 ? Bmv2LatencyUs : 0)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"hop latency {seen:F0} us, true {told:F0} us");
    });

    /// <summary>Episodes that an alert covers as <c>--check</c> has it, of all kinds that <paramref name="counts"/>.</summary>
    public static LabAgreement OfAlerts(JsonElement document, Func<string, bool> counts)
    {
        JsonElement check = document.GetProperty("check");
        int all = 0;
        int covered = 0;
        foreach (JsonElement kind in check.GetProperty("kinds").EnumerateArray().Where(k => counts(KindOf(k))))
        {
            all += kind.GetProperty("truth").GetInt32();
            covered += kind.GetProperty("covered").GetInt32();
        }

        return new LabAgreement(covered, all, [.. Episodes(check, "missed").Where(e => counts(KindOf(e))).Select(e => $"no alert for {Place(e)}")]);
    }

    /// <summary>Alerts that cover no episode.</summary>
    public static IReadOnlyList<string> ExtraAlerts(JsonElement document) => [.. Episodes(document.GetProperty("check"), "extra").Select(Place)];

    private static bool IsTooShort(JsonElement flow, JsonElement telemetry) =>
        Number(telemetry, "loss") is null && flow.GetProperty("delivered").GetInt64() < CountsFrom;

    private static LabAgreement OfFlows(JsonElement document, Func<JsonElement, JsonElement, bool> leavesOut, Func<JsonElement, JsonElement, string?> fault)
    {
        Dictionary<string, JsonElement> seen = document.GetProperty("flows").EnumerateArray().ToDictionary(NameOf);

        // Whoever forges addresses makes flows up: the truth has one for all of them.
        return Of(
            TrueFlows(document).Where(f => f.GetProperty("delivered").GetInt64() > 0 && !f.GetProperty("varies_source").GetBoolean()
                && !(seen.TryGetValue(NameOf(f), out JsonElement telemetry) && leavesOut(f, telemetry))),
            flow => !seen.TryGetValue(NameOf(flow), out JsonElement telemetry) ? $"{NameOf(flow)} was not seen"
                : fault(flow, telemetry) is { } words ? $"{NameOf(flow)} {words}" : null);
    }

    private static LabAgreement OfPorts(JsonElement document, Func<JsonElement, JsonElement, string?> fault)
    {
        Dictionary<string, JsonElement> seen = document.GetProperty("ports").EnumerateArray().ToDictionary(PortOf);
        return Of(
            document.GetProperty("fabric").GetProperty("ports").EnumerateArray().Where(p => p.GetProperty("packets").GetInt64() >= FewPackets),
            port => !seen.TryGetValue(PortOf(port), out JsonElement telemetry) ? $"{PortOf(port)} was not seen"
                : fault(port, telemetry) is { } words ? $"{PortOf(port)} {words}" : null);
    }

    private static LabAgreement Of(IEnumerable<JsonElement> things, Func<JsonElement, string?> fault)
    {
        string?[] faults = [.. things.Select(fault)];
        return new LabAgreement(faults.Count(f => f is null), faults.Length, [.. faults.OfType<string>()]);
    }

    private static JsonElement.ArrayEnumerator TrueFlows(JsonElement document) => document.GetProperty("fabric").GetProperty("flows").EnumerateArray();

    private static JsonElement.ArrayEnumerator Episodes(JsonElement check, string name) => check.GetProperty(name).EnumerateArray();

    private static string Place(JsonElement episode) => string.Create(
        CultureInfo.InvariantCulture, $"{KindOf(episode)} {episode.GetProperty("entity").GetString()} from {episode.GetProperty("start").GetDouble():F1} s");

    private static string KindOf(JsonElement element) => element.GetProperty("kind").GetString() ?? "";

    private static string PathOf(JsonElement flow) => string.Join(' ', flow.GetProperty("path").EnumerateArray().Select(s => s.GetString()));

    private static double? Number(JsonElement element, string name) => element.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static string NameOf(JsonElement flow) => string.Join(' ', s_key.Select(name => flow.GetProperty(name).ToString()));

    private static string PortOf(JsonElement port) => $"{port.GetProperty("switch").GetString()}-p{port.GetProperty("port")}";
}
