namespace Telemetry.Controller.Entries;

/// <summary>What a cell of an indirect meter is set to.</summary>
/// <param name="Meter">Name of the meter.</param>
/// <param name="Index">Cell; null means every cell.</param>
/// <param name="Rates">Null takes the setting away: everything is green.</param>
public sealed record MeterSpec(string Meter, long? Index, MeterRates? Rates) : EntrySpec;
