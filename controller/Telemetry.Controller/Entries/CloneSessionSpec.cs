namespace Telemetry.Controller.Entries;

/// <summary>A clone session: copies of a packet go to ports.</summary>
/// <param name="Session">1..32767.</param>
/// <param name="Replicas">The copies.</param>
/// <param name="PacketLengthBytes">Copies are cut to it; 0 does not cut.</param>
/// <param name="ClassOfService">Queue of the copies, 0 to 7.</param>
public sealed record CloneSessionSpec(int Session, IReadOnlyList<ReplicaSpec> Replicas, int PacketLengthBytes = 0, int ClassOfService = 0)
    : EntrySpec;
