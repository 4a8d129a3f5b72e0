using System.Globalization;
using System.Text.Json;

namespace Telemetry.Cli.Commands;

/// <summary>One lab of a matrix, and what its JSON document says of how far telemetry and truth agree.</summary>
/// <param name="Topology">Built-in or file.</param>
/// <param name="Target">What ran the switches.</param>
/// <param name="Scenario">What happened.</param>
internal sealed record LabMatrixCell(string Topology, string Target, string Scenario)
{
    /// <summary>The columns and the verdict in words, for <c>--help</c>.</summary>
    public const string Rules =
        "ping: all answered. sent: flows whose sender, switches and receiver count alike. paths: flows shown with their newest hops, moving if they did. "
        + "loss: flows within 1 % or 2 packets of what is missing between their first and last packet at the last switch (but those of fewer than 5 packets that telemetry calls unknown). "
        + "queue: ports whose deepest queue is within 2 packets or 10 % of the wires' (bmv2: from half of it, or 4 packets less, to what was inside the switch). "
        + "latency: ports whose median hop latency is within 50 us or 10 % (bmv2: or 500 us less). "
        + "alerts: episodes that an alert covers, as --check has it; extra: alerts that cover none. "
        + "A lab is right when ping, sent, paths, loss and queue are whole, and alerts are for all but congestion and microbursts that are not the scenario's own";

    /// <summary>Column titles, as <see cref="Cells"/> fills them.</summary>
    public static IReadOnlyList<string> Titles { get; } =
        ["topology", "target", "scenario", "start", "ping", "sent", "paths", "loss", "queue", "latency", "alerts", "extra", "verdict"];

    /// <summary>Seconds until every switch was programmed and every link answered; null when that did not happen.</summary>
    public double? StartSeconds { get; init; }

    /// <summary>Pings of hosts that were answered.</summary>
    public LabAgreement Pings { get; private init; } = LabAgreement.None;

    /// <summary>Flows whose truth agrees with itself.</summary>
    public LabAgreement Counts { get; private init; } = LabAgreement.None;

    /// <summary>Flows with the hops that the wires saw.</summary>
    public LabAgreement Paths { get; private init; } = LabAgreement.None;

    /// <summary>Flows with their loss.</summary>
    public LabAgreement Losses { get; private init; } = LabAgreement.None;

    /// <summary>Ports with their deepest queue.</summary>
    public LabAgreement Queues { get; private init; } = LabAgreement.None;

    /// <summary>Ports with their median hop latency.</summary>
    public LabAgreement Latencies { get; private init; } = LabAgreement.None;

    /// <summary>Episodes that an alert covers.</summary>
    public LabAgreement Alerts { get; private init; } = LabAgreement.None;

    /// <summary>Those of <see cref="Alerts"/> that are the scenario's own, not what its load, or a busy machine, makes besides.</summary>
    public LabAgreement OwnAlerts { get; private init; } = LabAgreement.None;

    /// <summary>Alerts that cover no episode.</summary>
    public IReadOnlyList<string> Extra { get; private init; } = [];

    /// <summary>Why there is no result; empty when there is one.</summary>
    public string Fault { get; init; } = "";

    /// <summary>True when the lab ran and everything that <see cref="Rules"/> asks for agrees.</summary>
    public bool IsRight => Fault.Length == 0 && Pings is { All: > 0, Holds: true } && Paths is { All: > 0, Holds: true }
        && Counts.Holds && Losses.Holds && Queues.Holds && OwnAlerts.Holds;

    /// <summary>What does not agree, one line each.</summary>
    public IEnumerable<string> Differences =>
        [.. Pings.Differences, .. Counts.Differences, .. Paths.Differences, .. Losses.Differences, .. Queues.Differences, .. Latencies.Differences, .. Alerts.Differences];

    /// <summary>The cell with what a lab's document says.</summary>
    public LabMatrixCell With(JsonElement document)
    {
        JsonElement ping = document.GetProperty("ping");
        bool bmv2 = Target == "bmv2";
        return this with
        {
            Pings = new LabAgreement(ping.GetProperty("received").GetInt32(), ping.GetProperty("sent").GetInt32(), []),
            Counts = LabAgreement.OfCounts(document),
            Paths = LabAgreement.OfPaths(document),
            Losses = LabAgreement.OfLosses(document),
            Queues = LabAgreement.OfQueues(document, bmv2),
            Latencies = LabAgreement.OfLatencies(document, bmv2),
            Alerts = LabAgreement.OfAlerts(document, _ => true),
            OwnAlerts = LabAgreement.OfAlerts(document, IsOwn),
            Extra = LabAgreement.ExtraAlerts(document),
        };
    }

    /// <summary>The cell as a line of a table.</summary>
    public IReadOnlyList<string> Cells() =>
    [
        Topology, Target, Scenario,
        StartSeconds is { } start ? string.Create(CultureInfo.InvariantCulture, $"{start:F1} s") : "-",
        .. Columns().Select(c => c.Agreement.ToString()),
        Extra.Count.ToString(CultureInfo.InvariantCulture),
        IsRight ? "right" : Fault.Length > 0 ? Fault : "WRONG",
    ];

    /// <summary>Writes the cell as an object.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("topology", Topology);
        json.WriteString("target", Target);
        json.WriteString("scenario", Scenario);
        if (StartSeconds is { } start)
        {
            json.WriteNumber("start_seconds", Math.Round(start, 3));
        }
        else
        {
            json.WriteNull("start_seconds");
        }

        foreach ((string name, LabAgreement agreement) in Columns())
        {
            json.WriteStartObject(name);
            json.WriteNumber("right", agreement.Right);
            json.WriteNumber("all", agreement.All);
            json.WriteEndObject();
        }

        Lines(json, "extra", Extra);
        Lines(json, "differences", Differences);
        json.WriteString("fault", Fault);
        json.WriteBoolean("right", IsRight);
        json.WriteEndObject();
    }

    private static void Lines(Utf8JsonWriter json, string name, IEnumerable<string> lines)
    {
        json.WriteStartArray(name);
        foreach (string line in lines)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
    }

    private (string Name, LabAgreement Agreement)[] Columns() =>
    [
        ("ping", Pings), ("sent", Counts), ("paths", Paths), ("loss", Losses), ("queue", Queues), ("latency", Latencies), ("alerts", Alerts),
    ];

    private bool IsOwn(string kind) => kind switch
    {
        "congestion" => Scenario == "incast",
        "microburst" => Scenario == "microburst",
        _ => true,
    };
}
