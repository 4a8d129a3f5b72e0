using P4.Config.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>A register array.</summary>
public sealed class RegisterInfo : P4InfoObject
{
    internal RegisterInfo(Register source)
        : base(source.Preamble) => Source = source;

    public Register Source { get; }

    /// <summary>Cells.</summary>
    public int Size => Source.Size;

    /// <summary>Bits of a cell; 0 where cells are not bit&lt;W&gt;.</summary>
    public int Width => Source.TypeSpec?.Bitstring?.Bit?.Bitwidth ?? 0;
}
