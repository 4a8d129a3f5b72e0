using System.Numerics;

namespace Telemetry.Wire.Int;

/// <summary>What the words of one hop mean: the instruction bitmap under the rules of an INT version and of an exporter's known deviations.</summary>
public readonly record struct HopLayout
{
    private const IntInstructions Timestamps = IntInstructions.IngressTimestamp | IntInstructions.EgressTimestamp;

    /// <summary>Layout of a bitmap.</summary>
    /// <param name="instructions">The bitmap.</param>
    /// <param name="version">Version of the header that it stands in.</param>
    /// <param name="wideTimestamps">Timestamps take 8 bytes although v1.0 says 4.</param>
    /// <param name="narrowLevel2Ports">Level-2 ports take 16 bits each although the version says 32.</param>
    public HopLayout(IntInstructions instructions, IntVersion version = IntVersion.V20, bool wideTimestamps = false, bool narrowLevel2Ports = false)
    {
        Instructions = instructions;
        Version = version;
        HasWideTimestamps = version == IntVersion.V20 || (wideTimestamps && version == IntVersion.V10);
        HasWideLevel2Ports = version != IntVersion.V05 && !narrowLevel2Ports;
        Words = BitOperations.PopCount((uint)instructions)
            + (HasWideTimestamps ? BitOperations.PopCount((uint)(instructions & Timestamps)) : 0)
            + (HasWideLevel2Ports && (instructions & IntInstructions.Level2Ports) != 0 ? 1 : 0);
    }

    public IntInstructions Instructions { get; }

    public IntVersion Version { get; }

    /// <summary>Timestamps of 64 bits; else of 32, which wrap.</summary>
    public bool HasWideTimestamps { get; }

    /// <summary>Level-2 ports of 32 bits each; else of 16, or with v0.5 the queue's congestion status.</summary>
    public bool HasWideLevel2Ports { get; }

    /// <summary>Words of one hop without domain-specific data.</summary>
    public int Words { get; }

    /// <summary>Bits that carry a value in this version; others are reserved words.</summary>
    internal IntInstructions Known => Version switch
    {
        IntVersion.V05 => (IntInstructions)0xFF00,
        IntVersion.V10 => (IntInstructions)0xFF01,
        _ => (IntInstructions)0xFF81,
    };
}
