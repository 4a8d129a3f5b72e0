using Google.Protobuf;

namespace Telemetry.Controller.Entries;

/// <summary>
/// A table entry, or a table's default action. What it does is one of <see cref="Action"/>, <see cref="Member"/>,
/// <see cref="Group"/> and <see cref="Choices"/>; none of them where only the key matters.
/// </summary>
public sealed record TableEntrySpec : EntrySpec
{
    /// <summary>Name of the table, e.g. <c>Ingress.ipv4_lpm</c>.</summary>
    public required string Table { get; init; }

    /// <summary>Matches; keys that are left out match everything. Empty for a default action.</summary>
    public IReadOnlyList<MatchSpec> Matches { get; init; } = [];

    /// <summary>Name of the action; empty where it is none.</summary>
    public string Action { get; init; } = "";

    /// <summary>Parameters of <see cref="Action"/> by name.</summary>
    public IReadOnlyList<ActionArgument> Arguments { get; init; } = [];

    /// <summary>Member of the table's action profile.</summary>
    public uint? Member { get; init; }

    /// <summary>Group of the table's action selector.</summary>
    public uint? Group { get; init; }

    /// <summary>One-shot: the switch makes members and a group of these.</summary>
    public IReadOnlyList<ActionChoice> Choices { get; init; } = [];

    /// <summary>How one of <see cref="Choices"/> is chosen.</summary>
    public ChoiceMode Mode { get; init; }

    /// <summary>What the size of <see cref="Choices"/> means.</summary>
    public ChoiceSize Size { get; init; }

    /// <summary>Above 0 exactly where a key is ternary, range or optional; larger wins.</summary>
    public int Priority { get; init; }

    /// <summary>True for the table's default action.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The switch tells when the entry was not hit for so long; 0 never.</summary>
    public long IdleTimeoutNs { get; init; }

    /// <summary>The controller's own bytes, returned unchanged.</summary>
    public ByteString Metadata { get; init; } = ByteString.Empty;

    /// <summary>Setting of the entry's direct meter; null leaves it green.</summary>
    public MeterRates? Rates { get; init; }
}
