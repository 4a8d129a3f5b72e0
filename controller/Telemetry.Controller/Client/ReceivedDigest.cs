namespace Telemetry.Controller.Client;

/// <summary>A list of samples that a switch sent of one digest.</summary>
/// <param name="Digest">Name of the digest.</param>
/// <param name="DigestId">Its id.</param>
/// <param name="ListId">Number of the list, for its acknowledgement.</param>
/// <param name="TimestampNs">When the switch made the list, in ns since the epoch; 0 if it does not say.</param>
/// <param name="Samples">Each sample's members by name, with values as text.</param>
public sealed record ReceivedDigest(
    string Digest,
    uint DigestId,
    ulong ListId,
    long TimestampNs,
    IReadOnlyList<IReadOnlyList<(string Name, string Value)>> Samples);
