namespace Telemetry.Controller.Entries;

/// <summary>All members of a parser value set.</summary>
/// <param name="ValueSet">Name of the value set.</param>
/// <param name="Members">Each the matches of one member.</param>
public sealed record ValueSetSpec(string ValueSet, IReadOnlyList<IReadOnlyList<MatchSpec>> Members) : EntrySpec;
