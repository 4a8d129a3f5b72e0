namespace Telemetry.Controller.Entries;

/// <summary>One of the actions of a one-shot entry: the switch makes a member of it.</summary>
/// <param name="Action">Name of the action.</param>
/// <param name="Arguments">Parameters by name.</param>
/// <param name="Weight">Share of packets, at least 1.</param>
/// <param name="WatchPort">The action is skipped while this port is down; null watches none.</param>
public sealed record ActionChoice(string Action, IReadOnlyList<ActionArgument> Arguments, int Weight = 1, uint? WatchPort = null);
