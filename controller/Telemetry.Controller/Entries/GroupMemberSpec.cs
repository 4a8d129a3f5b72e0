namespace Telemetry.Controller.Entries;

/// <summary>What a group has of one member.</summary>
/// <param name="Member">Member id.</param>
/// <param name="Weight">Share of packets, at least 1.</param>
/// <param name="WatchPort">The member is skipped while this port is down; null watches none.</param>
public readonly record struct GroupMemberSpec(uint Member, int Weight = 1, uint? WatchPort = null);
