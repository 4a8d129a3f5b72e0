namespace Telemetry.Controller.Entries;

/// <summary>What a register cell shall hold.</summary>
/// <param name="Register">Name of the register.</param>
/// <param name="Index">Cell; null means every cell.</param>
/// <param name="Value">The value in the notation of its type: <c>7</c>, <c>0x1f</c>, <c>{mac=08:00:00:00:01:11, port=3}</c>.</param>
public sealed record RegisterSpec(string Register, long? Index, string Value) : EntrySpec;
