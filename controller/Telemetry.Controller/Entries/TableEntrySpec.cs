using System.Text;

namespace Telemetry.Controller.Entries;

/// <summary>A table entry, or a table's default action.</summary>
public sealed record TableEntrySpec : EntrySpec
{
    /// <summary>Name of the table, e.g. <c>Ingress.ipv4_lpm</c>.</summary>
    public required string Table { get; init; }

    /// <summary>Matches; keys that are left out match everything. Empty for a default action.</summary>
    public IReadOnlyList<MatchSpec> Matches { get; init; } = [];

    /// <summary>Name of the action.</summary>
    public required string Action { get; init; }

    /// <summary>Parameters by name.</summary>
    public IReadOnlyList<ActionArgument> Arguments { get; init; } = [];

    /// <summary>Above 0 exactly where a key is ternary, range or optional; larger wins.</summary>
    public int Priority { get; init; }

    /// <summary>True for the table's default action.</summary>
    public bool IsDefault { get; init; }

    /// <summary>One line: table, matches, action.</summary>
    public override string ToString()
    {
        StringBuilder text = new(Table);
        text.Append(' ').Append(IsDefault ? "default" : Matches.Count == 0 ? "any" : string.Join(' ', Matches));
        if (Priority > 0)
        {
            text.Append(" priority=").Append(Priority);
        }

        return text.Append(" -> ").Append(Action).Append('(').AppendJoin(", ", Arguments).Append(')').ToString();
    }
}
