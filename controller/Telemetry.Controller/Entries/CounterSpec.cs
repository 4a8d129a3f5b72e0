namespace Telemetry.Controller.Entries;

/// <summary>What a cell of an indirect counter shall hold.</summary>
/// <param name="Counter">Name of the counter.</param>
/// <param name="Index">Cell; null means every cell.</param>
/// <param name="Packets">Packets.</param>
/// <param name="Bytes">Bytes.</param>
public sealed record CounterSpec(string Counter, long? Index, long Packets, long Bytes) : EntrySpec;
