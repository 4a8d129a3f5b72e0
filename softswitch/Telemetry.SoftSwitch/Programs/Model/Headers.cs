namespace Telemetry.SoftSwitch.Programs.Model;

/// <summary>
/// A field of a header type; <c>Slot</c> counts words from the header's first one, which holds its validity. A varbit's
/// <c>Width</c> is the most bits it can hold, and its word the bytes in use.
/// </summary>
internal sealed record FieldDef(string Name, int Width, bool Signed, bool IsVarbit, int Slot)
{
    public bool IsWide => !IsVarbit && Width > 64;

    public int Words => IsVarbit ? 1 : (Width + 63) / 64;
}

/// <summary>A header type and its layout: <c>Slots</c> words of state, <c>FixedBits</c> on the wire without the varbit.</summary>
internal sealed record HeaderType(string Name, IReadOnlyList<FieldDef> Fields, int Slots, int FixedBits)
{
    public FieldDef? Varbit => Fields.FirstOrDefault(f => f.IsVarbit);

    public int FixedBytes => (FixedBits + 7) / 8;

    public int MaxBytes => FixedBytes + ((Varbit?.Width ?? 0) / 8);

    public FieldDef? Find(string name) => name == "$valid$" ? new FieldDef(name, 1, false, false, 0) : Fields.FirstOrDefault(f => f.Name == name);
}

/// <summary>A header instance; its words begin at <c>Slot</c>, its varbit bytes at <c>VarOffset</c>.</summary>
internal sealed record Header(string Name, HeaderType Type, bool IsMetadata, int Slot, int VarOffset);

/// <summary>A header stack whose elements lie next to each other; <c>NextSlot</c> holds the index of the next free element.</summary>
internal sealed record HeaderStack(string Name, HeaderType Type, IReadOnlyList<Header> Items, int NextSlot);

/// <summary>Names a header: itself, an element of a stack by index, or the last element of a stack.</summary>
internal abstract record HeaderRef(HeaderType Type);

internal sealed record FixedHeader(Header Header) : HeaderRef(Header.Type);

internal sealed record StackItem(HeaderStack Stack, Expr Index) : HeaderRef(Stack.Type);

internal sealed record StackLast(HeaderStack Stack) : HeaderRef(Stack.Type);

/// <summary>Slots of the fields that simple_switch reads and writes itself; -1 where the program lacks one.</summary>
internal sealed record Intrinsics
{
    public int IngressPort { get; init; } = -1;
    public int EgressSpec { get; init; } = -1;
    public int EgressPort { get; init; } = -1;
    public int InstanceType { get; init; } = -1;
    public int PacketLength { get; init; } = -1;
    public int EnqTimestamp { get; init; } = -1;
    public int EnqQdepth { get; init; } = -1;
    public int DeqTimedelta { get; init; } = -1;
    public int DeqQdepth { get; init; } = -1;
    public int IngressTimestamp { get; init; } = -1;
    public int EgressTimestamp { get; init; } = -1;
    public int McastGroup { get; init; } = -1;
    public int EgressRid { get; init; } = -1;
    public int ChecksumError { get; init; } = -1;
    public int ParserError { get; init; } = -1;
    public int Priority { get; init; } = -1;
    public int Qid { get; init; } = -1;
}
