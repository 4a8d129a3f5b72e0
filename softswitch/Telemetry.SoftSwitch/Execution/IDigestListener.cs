using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Execution;

/// <summary>Takes the digests that the program generates, on the switch's thread.</summary>
internal interface IDigestListener
{
    /// <summary>One digest: its fields one after another, each big-endian in as few whole bytes as its width needs. The bytes are only lent.</summary>
    void OnDigest(DigestDef digest, ReadOnlySpan<byte> sample, long nowNs);
}
