using System.Numerics;

namespace Telemetry.Wire.Int;

/// <summary>Sizes of what an <see cref="IntInstructions"/> bitmap asks for.</summary>
public static class IntInstructionsSize
{
    private const IntInstructions EightBytes = IntInstructions.IngressTimestamp | IntInstructions.EgressTimestamp | IntInstructions.Level2Ports;

    /// <summary>Words of one hop without domain-specific data: 0 to 19.</summary>
    public static int Words(this IntInstructions instructions) =>
        BitOperations.PopCount((uint)instructions) + BitOperations.PopCount((uint)(instructions & EightBytes));
}
