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

    /// <summary>Bits of a cell; 0 where cells are neither bit&lt;W&gt; nor int&lt;W&gt;.</summary>
    public int Width => Source.TypeSpec?.Bitstring?.Bit?.Bitwidth ?? Source.TypeSpec?.Bitstring?.Int?.Bitwidth ?? 0;

    /// <summary>Cells are two's complement (int&lt;W&gt;).</summary>
    public bool IsSigned => Source.TypeSpec?.Bitstring?.Int is not null;
}
