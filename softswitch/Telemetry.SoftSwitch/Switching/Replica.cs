namespace Telemetry.SoftSwitch.Switching;

/// <summary>One copy that a multicast group or clone session makes.</summary>
/// <param name="Port">Egress port, 0 to 511.</param>
/// <param name="Instance">Value of egress_rid in the copy.</param>
internal readonly record struct Replica(int Port, int Instance)
{
    /// <summary>Copies to make instead while the port is down, the first whose port is up; null for none.</summary>
    public Replica[]? Backups { get; init; }
}

/// <summary>Where clones go. <c>PacketLength</c> truncates clones to so many bytes, 0 not at all; <c>ClassOfService</c> is their priority, 0 leaves it to the program.</summary>
internal sealed record CloneSession(Replica[] Replicas, int ClassOfService, int PacketLength);

/// <summary>Copies of a multicast group, in the order they are made.</summary>
internal sealed record MulticastGroup(Replica[] Replicas);
