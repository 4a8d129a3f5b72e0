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

    public int VarBytes => (Varbit?.Width ?? 0) / 8;

    /// <summary>Length of the varbit in bits as an older JSON writes it, over the header's own fields (as <see cref="OwnFieldExpr"/>); null where extract_VL tells it.</summary>
    public Expr? VarbitBits { get; init; }

    public int MaxBytes => FixedBytes + ((Varbit?.Width ?? 0) / 8);

    public FieldDef? Find(string name) => name == "$valid$" ? new FieldDef(name, 1, false, false, 0) : Fields.FirstOrDefault(f => f.Name == name);
}

/// <summary>A header instance; its words begin at <c>Slot</c>, its varbit bytes at <c>VarOffset</c>.</summary>
internal sealed record Header(string Name, HeaderType Type, bool IsMetadata, int Slot, int VarOffset)
{
    /// <summary>For a member of a union: where the validity of the others is, in words from this header's own.</summary>
    public IReadOnlyList<int> Siblings { get; init; } = [];
}

/// <summary>A header union: members one after another, of which one at most is valid.</summary>
internal sealed record HeaderUnion(string Name, IReadOnlyList<Header> Members)
{
    public int Slots => Members.Sum(m => m.Type.Slots);

    public int VarBytes => Members.Sum(m => m.Type.VarBytes);
}

/// <summary>A stack whose elements lie next to each other; <c>NextSlot</c> holds the index of the next free element.</summary>
internal abstract record StackDef(string Name, int NextSlot)
{
    public abstract int Count { get; }

    public abstract int FirstSlot { get; }

    /// <summary>Words from one element to the next.</summary>
    public abstract int Stride { get; }

    public abstract int FirstVar { get; }

    /// <summary>Varbit bytes from one element to the next.</summary>
    public abstract int VarStride { get; }

    /// <summary>A member of the first element; that of a header stack is the header itself.</summary>
    public abstract Header FirstMember(int member);
}

internal sealed record HeaderStack(string Name, HeaderType Type, IReadOnlyList<Header> Items, int NextSlot) : StackDef(Name, NextSlot)
{
    public override int Count => Items.Count;

    public override int FirstSlot => Items[0].Slot;

    public override int Stride => Type.Slots;

    public override int FirstVar => Items[0].VarOffset;

    public override int VarStride => Type.VarBytes;

    public override Header FirstMember(int member) => Items[0];
}

internal sealed record UnionStack(string Name, IReadOnlyList<HeaderUnion> Items, int NextSlot) : StackDef(Name, NextSlot)
{
    public override int Count => Items.Count;

    public override int FirstSlot => Items[0].Members[0].Slot;

    public override int Stride => Items[0].Slots;

    public override int FirstVar => Items[0].Members[0].VarOffset;

    public override int VarStride => Items[0].VarBytes;

    public override Header FirstMember(int member) => Items[0].Members[member];
}

/// <summary>Names a header: itself, an element of a stack by index, or the last element of a stack.</summary>
internal abstract record HeaderRef(HeaderType Type, IReadOnlyList<int> Siblings);

internal sealed record FixedHeader(Header Header) : HeaderRef(Header.Type, Header.Siblings);

/// <summary>A header of a stack's element; <c>Member</c> is 0 but for stacks of unions.</summary>
internal sealed record StackItem(StackDef Stack, Expr Index, int Member = 0) : HeaderRef(Stack.FirstMember(Member).Type, Stack.FirstMember(Member).Siblings);

/// <summary>A header of the last element that was extracted or pushed.</summary>
internal sealed record StackLast(StackDef Stack, int Member = 0) : HeaderRef(Stack.FirstMember(Member).Type, Stack.FirstMember(Member).Siblings);

/// <summary>Names a union: its members, as headers.</summary>
internal sealed record UnionRef(IReadOnlyList<HeaderRef> Members);

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
