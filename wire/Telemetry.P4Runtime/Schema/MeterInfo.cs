using P4.Config.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>A meter, indirect or direct.</summary>
public sealed class MeterInfo : P4InfoObject
{
    internal MeterInfo(Meter source)
        : base(source.Preamble) => (Unit, Type, Size) = (source.Spec?.Unit ?? default, source.Spec?.Type ?? default, source.Size);

    internal MeterInfo(DirectMeter source)
        : base(source.Preamble) => (Unit, Type, TableId) = (source.Spec?.Unit ?? default, source.Spec?.Type ?? default, source.DirectTableId);

    public MeterSpec.Types.Unit Unit { get; }

    /// <summary>How many rates and colours.</summary>
    public MeterSpec.Types.Type Type { get; }

    /// <summary>Cells of an indirect meter; 0 for a direct one.</summary>
    public long Size { get; }

    /// <summary>Table of a direct meter; 0 for an indirect one.</summary>
    public uint TableId { get; }

    public bool IsDirect => TableId != 0;
}
