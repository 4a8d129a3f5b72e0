namespace Telemetry.Controller.App;

/// <summary>State of one switch as the controller sees it.</summary>
/// <param name="Name">Switch name.</param>
/// <param name="State">Current state.</param>
/// <param name="SinceNs">When the state began, run's clock (nanoseconds since 1970 of the time provider).</param>
/// <param name="Detail">Why, in words; empty when all is well.</param>
/// <param name="EntriesInstalled">Entities that the controller has installed there.</param>
/// <param name="Connects">How often the controller became primary there.</param>
public sealed record SwitchStatus(
    string Name, SwitchState State, long SinceNs, string Detail, int EntriesInstalled, int Connects);
