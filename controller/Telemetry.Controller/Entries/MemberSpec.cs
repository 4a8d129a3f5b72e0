namespace Telemetry.Controller.Entries;

/// <summary>A member of an action profile: an action with its arguments that table entries and groups refer to.</summary>
/// <param name="Profile">Action profile or selector.</param>
/// <param name="Id">Member id, unique in the profile.</param>
/// <param name="Action">Name of the action.</param>
/// <param name="Arguments">Parameters by name.</param>
public sealed record MemberSpec(string Profile, uint Id, string Action, IReadOnlyList<ActionArgument> Arguments) : EntrySpec;
