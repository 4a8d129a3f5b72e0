namespace Telemetry.Controller.Entries;

/// <summary>A multicast group.</summary>
/// <param name="Group">1..32767.</param>
/// <param name="Replicas">The copies.</param>
public sealed record MulticastGroupSpec(int Group, IReadOnlyList<ReplicaSpec> Replicas) : EntrySpec
{
    /// <summary>One line.</summary>
    public override string ToString() => $"multicast group {Group} -> ports {string.Join(",", Replicas)}";
}
