namespace Telemetry.Controller.Entries;

/// <summary>What the meter of a table entry is set to.</summary>
/// <param name="Key">The entry; its action does not matter.</param>
/// <param name="Rates">Null takes the setting away: everything is green.</param>
public sealed record DirectMeterSpec(TableEntrySpec Key, MeterRates? Rates) : EntrySpec;
