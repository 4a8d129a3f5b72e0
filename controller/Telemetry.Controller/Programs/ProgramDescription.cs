using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Programs;

/// <summary>
/// What a program is to controller and collector: which of its tables play which part, what it measures in which units, and
/// how its reports are read. From the <c>program.json</c> beside the program; without one, from the names of its tables. Immutable.
/// </summary>
public sealed class ProgramDescription
{
    private readonly IReadOnlyDictionary<string, ProgramPart> _parts;

    internal ProgramDescription(TelemetryMode telemetry, IReadOnlyDictionary<string, ProgramPart> parts, ProgramDecoding decoding, IReadOnlyDictionary<string, string> counters)
    {
        (Telemetry, _parts, Decoding, Counters) = (telemetry, parts, decoding, counters);
    }

    /// <summary>How it measures.</summary>
    public TelemetryMode Telemetry { get; }

    /// <summary>How its reports are read.</summary>
    public ProgramDecoding Decoding { get; }

    /// <summary>Names of counters indexed by port, and of <c>drops</c> by reason: "rx", "enqueued", "tx", "reports", "drops", those that it has.</summary>
    public IReadOnlyDictionary<string, string> Counters { get; }

    /// <summary>True if a table of the program plays the part that this table of p4/int has.</summary>
    public bool Plays(string table) => _parts.ContainsKey(table);

    /// <summary>An entry of a plan, in the program's own names; null where it has no table for it.</summary>
    public EntrySpec? Translate(EntrySpec planned)
    {
        if (planned is not TableEntrySpec entry)
        {
            return planned;
        }

        if (!_parts.TryGetValue(entry.Table, out ProgramPart? part))
        {
            return null;
        }

        (string action, IReadOnlyList<ActionArgument> arguments) = Translate(part, entry.Action, entry.Arguments);
        return entry with
        {
            Table = part.Table,
            Matches = [.. entry.Matches.Select(m => m with { Field = part.Keys.GetValueOrDefault(m.Field, m.Field) })],
            Action = action,
            Arguments = arguments,
            Choices = [.. entry.Choices.Select(c =>
            {
                (string name, IReadOnlyList<ActionArgument> own) = Translate(part, c.Action, c.Arguments);
                return c with { Action = name, Arguments = own };
            })],
        };
    }

    /// <summary>What the names of a program's tables tell: each table of p4/int that it has plays its part.</summary>
    internal static ProgramDescription FromTables(P4InfoIndex info)
    {
        Dictionary<string, ProgramPart> parts = [];
        foreach (ProgramRole role in ProgramRole.All)
        {
            if (info.Tables.TryGet(role.Table, out TableInfo? table) && table.Name == role.Table)
            {
                parts.Add(role.Table, ProgramPart.Same(role.Table));
            }
        }

        TelemetryMode mode = !parts.ContainsKey("Egress.int_node") || !parts.ContainsKey("Ingress.int_watchlist") ? TelemetryMode.None
            : !parts.ContainsKey("Egress.int_export") ? TelemetryMode.IntMd
            : parts.ContainsKey("Ingress.int_sink_port") ? TelemetryMode.IntMx : TelemetryMode.IntXd;
        Dictionary<string, string> counters = [];
        foreach ((string use, string name) in DefaultCounters)
        {
            if (info.Counters.TryGet(name, out CounterInfo? counter) && counter.Name == name)
            {
                counters.Add(use, name);
            }
        }

        return new ProgramDescription(mode, parts, new ProgramDecoding(), counters);
    }

    private static (string Action, IReadOnlyList<ActionArgument> Arguments) Translate(ProgramPart part, string action, IReadOnlyList<ActionArgument> arguments) =>
        !part.Actions.TryGetValue(action, out (string Name, IReadOnlyDictionary<string, string> Parameters) own)
            ? (action, arguments)
            : (own.Name,
            [
                .. arguments.Where(a => own.Parameters.GetValueOrDefault(a.Name, a.Name).Length > 0)
                    .Select(a => a with { Name = own.Parameters.GetValueOrDefault(a.Name, a.Name) }),
            ]);

    internal static IReadOnlyList<(string Use, string Name)> DefaultCounters { get; } =
    [
        ("rx", "Ingress.port_rx"), ("enqueued", "Ingress.port_enqueued"), ("tx", "Egress.port_tx"),
        ("reports", "Egress.port_reports"), ("drops", "Ingress.drops"),
    ];
}
