namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>One line of a simple test framework file: its command in lower case, and what follows as p4c's tests write it.</summary>
internal sealed record StfStatement(int Line, string Command)
{
    /// <summary>Table, counter or register; empty for others.</summary>
    public string Name { get; init; } = "";

    /// <summary>Numbers, a port, the index of a counter.</summary>
    public IReadOnlyList<string> Numbers { get; init; } = [];

    /// <summary>Hexadecimal digits, "*" for any, "$" at the end for "no longer than this"; empty when a packet alone is expected.</summary>
    public string Data { get; init; } = "";

    public int? Priority { get; init; }

    /// <summary>Key and value of each match, as written.</summary>
    public IReadOnlyList<(string Key, string Value)> Matches { get; init; } = [];

    public string Action { get; init; } = "";

    public IReadOnlyList<(string Name, string Value)> Arguments { get; init; } = [];

    /// <summary>Name given to an added entry.</summary>
    public string Id { get; init; } = "";

    /// <summary>What a counter counts ("packets" or "bytes") and how it compares; empty for none.</summary>
    public string Unit { get; init; } = "";

    public string Comparison { get; init; } = "";
}
