using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Entries;

/// <summary>Value of one action parameter.</summary>
/// <param name="Name">Parameter, as the P4Info has it.</param>
/// <param name="Value">Its value.</param>
public readonly record struct ActionArgument(string Name, P4Value Value);
