using P4.Config.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>A counter, indirect or direct.</summary>
public sealed class CounterInfo : P4InfoObject
{
    internal CounterInfo(Counter source)
        : base(source.Preamble) => (Unit, Size) = (source.Spec?.Unit ?? default, source.Size);

    internal CounterInfo(DirectCounter source)
        : base(source.Preamble) => (Unit, TableId) = (source.Spec?.Unit ?? default, source.DirectTableId);

    public CounterSpec.Types.Unit Unit { get; }

    /// <summary>Cells of an indirect counter; 0 for a direct one.</summary>
    public long Size { get; }

    /// <summary>Table of a direct counter; 0 for an indirect one.</summary>
    public uint TableId { get; }

    public bool IsDirect => TableId != 0;
}
