namespace Telemetry.Controller.Entries;

/// <summary>A group of an action selector: one of its members is chosen for each packet.</summary>
/// <param name="Profile">Action selector.</param>
/// <param name="Id">Group id, unique in the selector.</param>
/// <param name="Members">The members, which have to be there already.</param>
/// <param name="MaximumSize">Room reserved, fixed at insertion; 0 takes what the profile allows.</param>
public sealed record GroupSpec(string Profile, uint Id, IReadOnlyList<GroupMemberSpec> Members, int MaximumSize = 0) : EntrySpec;
