namespace Telemetry.SoftSwitch.Tables;

/// <summary>A member's share in a group.</summary>
/// <param name="Member">The member, or an action of its own for a one-shot selector.</param>
/// <param name="Weight">How many of the group's shares it takes, at least 1.</param>
/// <param name="WatchPort">Port whose state decides whether the member takes part; -1 always takes part.</param>
/// <param name="WatchPortBytes">The port as the controller wrote it; empty for none.</param>
internal sealed record GroupMember(ActionMember Member, int Weight, int WatchPort, byte[] WatchPortBytes);
