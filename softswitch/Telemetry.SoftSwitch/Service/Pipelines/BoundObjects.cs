using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Values;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>An action profile or selector; <c>Actions</c> are those of its tables, which have the same ones.</summary>
internal sealed record BoundProfile(ActionProfileInfo Info, ActionProfileDef Definition, BoundActions Actions)
{
    public string Owner { get; } = $"action profile {Info.Name}";

    /// <summary>True where the size counts members, not their weights.</summary>
    public bool CountsMembers => Info.Source.SumOfMembers is not null;
}

/// <summary>A parser value set.</summary>
internal sealed record BoundValueSet(ValueSetInfo Info, ValueSetDef Definition, BoundMatch Match)
{
    public string Owner { get; } = $"value set {Info.Name}";
}

/// <summary>A register array and the form of its cells.</summary>
internal sealed record BoundRegister(RegisterInfo Info, RegisterDef Definition, DataCodec Data);

/// <summary>A meter array, or the meters of a table's entries.</summary>
internal sealed record BoundMeter(MeterInfo Info, MeterDef Definition);

/// <summary>A digest and the form of its samples; <c>Widths</c> are those of the numbers in a sample.</summary>
internal sealed record BoundDigest(DigestInfo Info, DigestDef Definition, DataCodec Data, int[] Widths);
