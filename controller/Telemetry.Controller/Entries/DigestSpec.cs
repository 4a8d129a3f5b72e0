namespace Telemetry.Controller.Entries;

/// <summary>Makes a switch send a digest.</summary>
/// <param name="Digest">Name of the digest.</param>
/// <param name="MaximumList">Samples in one list at most; 0 leaves it to the switch.</param>
/// <param name="MaximumWaitNs">Longest wait for a list to fill; 0 sends at once.</param>
/// <param name="AckTimeoutNs">After this a sample that was not acknowledged may be sent again.</param>
public sealed record DigestSpec(string Digest, int MaximumList = 0, long MaximumWaitNs = 0, long AckTimeoutNs = 0) : EntrySpec;
