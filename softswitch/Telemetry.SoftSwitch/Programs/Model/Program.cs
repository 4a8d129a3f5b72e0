using System.Numerics;

namespace Telemetry.SoftSwitch.Programs.Model;

/// <summary>A whole program, validated and with every name resolved. Collections are in the order of the JSON.</summary>
internal sealed record ProgramModel
{
    public required string Name { get; init; }
    public required IReadOnlyList<Header> Headers { get; init; }
    public required IReadOnlyList<StackDef> Stacks { get; init; }

    /// <summary>Words of packet state; those of metadata come first, <see cref="MetadataSlots"/> of them, a spill area last.</summary>
    public required int Slots { get; init; }
    public required int MetadataSlots { get; init; }

    /// <summary>First word of the area that takes accesses outside a stack.</summary>
    public required int SpillSlot { get; init; }
    public required int VarBytes { get; init; }
    public required Intrinsics Intrinsics { get; init; }
    public required IReadOnlyDictionary<string, int> Errors { get; init; }
    public required ParserDef Parser { get; init; }
    public required IReadOnlyList<Header> DeparserOrder { get; init; }
    public required IReadOnlyList<ActionDef> Actions { get; init; }
    public required IReadOnlyList<TableDef> Tables { get; init; }
    public required PipelineDef Ingress { get; init; }
    public required PipelineDef Egress { get; init; }
    public required IReadOnlyList<ChecksumDef> Checksums { get; init; }
    public required IReadOnlyList<CounterDef> Counters { get; init; }
    public required IReadOnlyList<MeterDef> Meters { get; init; }
    public required IReadOnlyList<RegisterDef> Registers { get; init; }
    public required IReadOnlyDictionary<int, IReadOnlyList<FieldExpr>> FieldLists { get; init; }
    public required IReadOnlyList<ActionProfileDef> ActionProfiles { get; init; }
    public required IReadOnlyList<ValueSetDef> ValueSets { get; init; }
    public required IReadOnlyList<DigestDef> Digests { get; init; }

    /// <summary>Hash algorithm of each calculation, by its index.</summary>
    public required IReadOnlyList<string> Algorithms { get; init; }
}

internal sealed record ParserDef(IReadOnlyList<StateDef> States, int Start);

/// <summary>A parser state; a transition to -1 accepts.</summary>
internal sealed record StateDef(string Name, IReadOnlyList<ParserOp> Ops, IReadOnlyList<KeyPart> Keys, IReadOnlyList<Transition> Transitions);

internal sealed record KeyPart(Expr Value, int Width);

/// <summary>Matches when each key part masked equals the value, or the set holds the masked key; neither values nor a set: always.</summary>
internal sealed record Transition(IReadOnlyList<BigInteger>? Values, IReadOnlyList<BigInteger>? Masks, int Next, ValueSetDef? Set = null);

/// <summary>A parser value set; <c>PartWidths</c> are those of the key that is looked up in it, empty when no state uses it.</summary>
internal sealed record ValueSetDef(int Index, string Name, int Width, int MaxSize)
{
    public IReadOnlyList<int> PartWidths { get; set; } = [];
}

internal abstract record ParserOp;

/// <summary>Extracts into a header, or a member of a stack's next element; <c>VarbitBits</c> is the varbit's length in bits.</summary>
internal sealed record ExtractOp(Header? Header, StackDef? Stack, int Member, Expr? VarbitBits) : ParserOp;

internal sealed record SetOp(FieldExpr Target, Expr Value) : ParserOp;

internal sealed record VerifyOp(Expr Condition, Expr Error) : ParserOp;

internal sealed record AdvanceOp(Expr Bits) : ParserOp;

internal sealed record PrimitiveOp(Primitive Primitive) : ParserOp;

internal sealed record ParamDef(string Name, int Width, int Slot)
{
    public int Words => (Width + 63) / 64;
}

internal sealed record ActionDef(int Index, int Id, string Name, IReadOnlyList<ParamDef> Params, IReadOnlyList<Primitive> Primitives)
{
    public int Words => Params.Sum(p => p.Words);
}

internal enum MatchKind
{
    Exact, Lpm, Ternary, Range,
}

/// <summary>One key of a table; its words begin at <c>Slot</c> of the look-up key.</summary>
internal sealed record KeyDef(string Name, MatchKind Kind, Expr Value, int Width, BigInteger? Mask, int Slot)
{
    public int Words => (Width + 63) / 64;
}

/// <summary>Index of the next node: tables first, then conditionals; -1 ends the pipeline.</summary>
internal sealed record TableDef(int Index, string Name, IReadOnlyList<KeyDef> Keys, int MaxSize, IReadOnlyList<ActionDef> Actions)
{
    public IReadOnlyDictionary<int, string?> NextByAction { get; init; } = new Dictionary<int, string?>();
    public bool NextByHit { get; init; }
    public string? HitNext { get; init; }
    public string? MissNext { get; init; }
    public string? DefaultNext { get; init; }
    public ActionDef? DefaultAction { get; init; }
    public ulong[] DefaultData { get; init; } = [];
    public bool DefaultIsConst { get; init; }
    public bool EntriesAreConst { get; init; }
    public IReadOnlyList<EntryDef> Entries { get; init; } = [];
    public int DirectCounter { get; init; } = -1;
    public int DirectMeter { get; init; } = -1;
    public FieldExpr? MeterTarget { get; init; }

    /// <summary>Where the entries' actions are; null when they are in the entries themselves.</summary>
    public ActionProfileDef? Profile { get; init; }
    public bool SupportsIdleTimeout { get; init; }
    public int KeyWords => Keys.Sum(k => k.Words);
}

/// <summary>Match values of a const entry, one for each key: value and mask (or low and high), or prefix length.</summary>
internal sealed record EntryDef(IReadOnlyList<MatchValue> Match, int Priority, ActionDef Action, ulong[] Data);

internal readonly record struct MatchValue(BigInteger Value, BigInteger Mask, int PrefixLength);

/// <summary>Actions that tables share; a selector chooses among a group's by the hash of its inputs.</summary>
internal sealed record ActionProfileDef(int Index, string Name, int MaxSize, CalculationDef? Selector);

/// <summary>Fields that a digest carries to the controller; <c>Id</c> is the number that the program calls it by.</summary>
internal sealed record DigestDef(int Index, int Id, string Name, IReadOnlyList<CalculationInput> Fields);

internal sealed record ConditionalDef(string Name, Expr Condition, string? TrueNext, string? FalseNext);

internal sealed record ActionCallDef(string Name, ActionDef Action, string? Next);

internal sealed record PipelineDef(
    string Name, string? Start, IReadOnlyList<TableDef> Tables, IReadOnlyList<ConditionalDef> Conditionals, IReadOnlyList<ActionCallDef> Calls);

/// <summary>A hash or checksum; <c>Index</c> counts all calculations of the program, selectors included.</summary>
internal sealed record CalculationDef(int Index, string Name, string Algorithm, IReadOnlyList<CalculationInput> Inputs, bool WithPayload);

/// <summary>A field, a constant of a width, or a whole header.</summary>
internal sealed record CalculationInput(FieldExpr? Field, BigInteger Constant, int Width, Header? Header);

internal sealed record ChecksumDef(string Name, FieldExpr Target, CalculationDef Calculation, bool Verify, bool Update, Expr? Condition);

internal sealed record CounterDef(int Index, string Name, int Size, bool IsDirect, string? Table);

internal sealed record MeterDef(int Index, string Name, int Size, bool IsDirect, bool InBytes, string? Table);

internal sealed record RegisterDef(int Index, string Name, int Size, int Width);
