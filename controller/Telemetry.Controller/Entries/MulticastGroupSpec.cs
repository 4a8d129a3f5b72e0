using Google.Protobuf;

namespace Telemetry.Controller.Entries;

/// <summary>A multicast group.</summary>
/// <param name="Group">1..32767.</param>
/// <param name="Replicas">The copies.</param>
public sealed record MulticastGroupSpec(int Group, IReadOnlyList<ReplicaSpec> Replicas) : EntrySpec
{
    /// <summary>The controller's own bytes, returned unchanged.</summary>
    public ByteString Metadata { get; init; } = ByteString.Empty;
}
