using System.Globalization;
using System.Text.Json;

namespace Telemetry.Cli.Commands;

/// <summary>One lab of a matrix, and what its JSON document says of how far telemetry and truth agree.</summary>
/// <param name="Topology">Built-in or file.</param>
/// <param name="Target">What ran the switches.</param>
/// <param name="Scenario">What happened.</param>
internal sealed record LabMatrixCell(string Topology, string Target, string Scenario)
{
    private const double LossTolerance = 0.03;
    private static readonly string[] s_key = ["src", "dst", "protocol", "src_port", "dst_port"];

    /// <summary>Column titles, as <see cref="Cells"/> fills them.</summary>
    public static IReadOnlyList<string> Titles { get; } = ["topology", "target", "scenario", "start", "ping", "paths", "loss", "alerts", "others", "verdict"];

    /// <summary>Seconds until every switch was programmed and every link answered; null when that did not happen.</summary>
    public double? StartSeconds { get; init; }

    /// <summary>Pings of hosts, and those that were answered.</summary>
    public (int Sent, int Received) Pings { get; private init; }

    /// <summary>Flows of which packets arrived by one path throughout.</summary>
    public int Flows { get; private init; }

    /// <summary>Of those, how many telemetry shows with exactly the hops that the wires saw.</summary>
    public int Paths { get; private init; }

    /// <summary>Of all flows that arrived, how many have a loss within 3 % of the truth.</summary>
    public (int Right, int All) Losses { get; private init; }

    /// <summary>Kinds and places of the truth's episodes, and how many of them an alert of that kind names.</summary>
    public (int Right, int All) Alerts { get; private init; }

    /// <summary>Kinds and places of alerts that are no episode of the truth.</summary>
    public IReadOnlyList<string> Others { get; private init; } = [];

    /// <summary>Why there is no result; empty when there is one.</summary>
    public string Fault { get; init; } = "";

    /// <summary>True when the lab ran, all pings were answered, and every flow was seen with every hop.</summary>
    public bool IsRight => Fault.Length == 0 && Pings.Sent > 0 && Pings.Sent == Pings.Received && Flows > 0 && Paths == Flows;

    /// <summary>The cell with what a lab's document says.</summary>
    public LabMatrixCell With(JsonElement document)
    {
        Dictionary<string, JsonElement> seen = document.GetProperty("flows").EnumerateArray().ToDictionary(KeyOf);
        JsonElement[] arrived = [.. document.GetProperty("fabric").GetProperty("flows").EnumerateArray()
            .Where(f => f.GetProperty("delivered").GetInt64() > 0)];

        // Floods make flows up: the truth has one for all of them, which telemetry cannot know.
        JsonElement[] flows = [.. arrived.Where(f => seen.ContainsKey(KeyOf(f)) || !IsFlood())];
        JsonElement[] steady = [.. flows.Where(f => f.GetProperty("path_changes").GetInt32() == 0)];
        HashSet<string> truth = [.. document.GetProperty("truth").EnumerateArray().Select(PlaceOf)];
        HashSet<string> alerts = [.. document.GetProperty("alerts").EnumerateArray().Select(PlaceOf)];
        JsonElement ping = document.GetProperty("ping");
        return this with
        {
            Pings = (ping.GetProperty("sent").GetInt32(), ping.GetProperty("received").GetInt32()),
            Flows = steady.Length,
            Paths = steady.Count(f => seen.TryGetValue(KeyOf(f), out JsonElement telemetry) && PathOf(f) == PathOf(telemetry)),
            Losses = (flows.Count(f => seen.TryGetValue(KeyOf(f), out JsonElement telemetry) && Math.Abs(LossOf(f) - LossOf(telemetry)) <= LossTolerance), flows.Length),
            Alerts = (truth.Count(alerts.Contains), truth.Count),
            Others = [.. alerts.Except(truth).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>The cell as a line of a table.</summary>
    public IReadOnlyList<string> Cells() =>
    [
        Topology, Target, Scenario,
        StartSeconds is { } start ? string.Create(CultureInfo.InvariantCulture, $"{start:F1} s") : "-",
        Ratio(Pings.Received, Pings.Sent), Ratio(Paths, Flows), Ratio(Losses.Right, Losses.All), Ratio(Alerts.Right, Alerts.All),
        Others.Count.ToString(CultureInfo.InvariantCulture),
        IsRight ? "right" : Fault.Length > 0 ? Fault : "WRONG",
    ];

    private bool IsFlood() => Scenario is "synflood" or "udpflood" or "mixed";

    private static string Ratio(int right, int all) => all == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{right}/{all}");

    private static string PlaceOf(JsonElement episode) => $"{episode.GetProperty("kind").GetString()} {episode.GetProperty("entity").GetString()}";

    private static string PathOf(JsonElement flow) => string.Join(' ', flow.GetProperty("path").EnumerateArray().Select(s => s.GetString()));

    private static double LossOf(JsonElement flow) => flow.GetProperty("loss") is { ValueKind: JsonValueKind.Number } loss ? loss.GetDouble() : 0;

    private static string KeyOf(JsonElement flow) => string.Join(' ', s_key.Select(name => flow.GetProperty(name).ToString()));
}
