namespace Telemetry.Wire.Int;

/// <summary>Sizes of what an <see cref="IntInstructions"/> bitmap asks for.</summary>
public static class IntInstructionsSize
{
    /// <summary>Words of one hop of INT v2.x without domain-specific data: 0 to 19.</summary>
    public static int Words(this IntInstructions instructions) => new HopLayout(instructions).Words;
}
