namespace Telemetry.Controller.Client;

/// <summary>One cell of an indirect counter.</summary>
/// <param name="Index">Cell.</param>
/// <param name="Packets">Packets counted; 0 if the counter counts only bytes.</param>
/// <param name="Bytes">Bytes counted; 0 if the counter counts only packets.</param>
public readonly record struct CounterReading(long Index, long Packets, long Bytes);
