namespace Telemetry.Controller.Entries;

/// <summary>A clone session: copies of a packet go to ports.</summary>
/// <param name="Session">1..32767.</param>
/// <param name="Replicas">The copies.</param>
/// <param name="PacketLengthBytes">Copies are cut to it; 0 does not cut.</param>
public sealed record CloneSessionSpec(int Session, IReadOnlyList<ReplicaSpec> Replicas, int PacketLengthBytes = 0)
    : EntrySpec
{
    /// <summary>One line.</summary>
    public override string ToString() => $"clone session {Session} -> ports {string.Join(",", Replicas)}";
}
