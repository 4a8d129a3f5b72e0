using P4.V1;

namespace Telemetry.Controller.Client;

/// <summary>One cell of a register.</summary>
/// <param name="Index">Cell.</param>
/// <param name="Value">The value as text, by its type.</param>
/// <param name="Data">The value as the switch sent it; null if it sent none.</param>
public sealed record RegisterReading(long Index, string Value, P4Data? Data);
