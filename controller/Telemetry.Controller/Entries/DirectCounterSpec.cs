namespace Telemetry.Controller.Entries;

/// <summary>What the counter of a table entry shall hold.</summary>
/// <param name="Key">The entry; its action does not matter.</param>
/// <param name="Packets">Packets.</param>
/// <param name="Bytes">Bytes.</param>
public sealed record DirectCounterSpec(TableEntrySpec Key, long Packets, long Bytes) : EntrySpec;
