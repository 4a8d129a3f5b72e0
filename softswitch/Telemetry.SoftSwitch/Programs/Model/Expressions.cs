using System.Numerics;

namespace Telemetry.SoftSwitch.Programs.Model;

/// <summary>A value of unbounded precision, as BMv2 computes, or a truth value.</summary>
internal abstract record Expr;

internal sealed record ConstExpr(BigInteger Value) : Expr;

internal sealed record BoolExpr(bool Value) : Expr;

internal sealed record FieldExpr(HeaderRef Header, FieldDef Field) : Expr;

/// <summary>Parameter of the enclosing action; its words begin at <c>Slot</c> of the entry's data.</summary>
internal sealed record ParamExpr(string Name, int Width, int Slot) : Expr;

internal sealed record ValidExpr(HeaderRef Header) : Expr;

/// <summary>Both headers are valid and their fields equal; never true for headers of different types.</summary>
internal sealed record SameHeaderExpr(HeaderRef Left, HeaderRef Right) : Expr;

/// <summary>A field of the header that is being extracted, by its index: only within <see cref="HeaderType.VarbitBits"/>.</summary>
internal sealed record OwnFieldExpr(int Index, FieldDef Field) : Expr;

internal sealed record LastIndexExpr(StackDef Stack) : Expr;

/// <summary>How many elements were pushed or extracted.</summary>
internal sealed record StackSizeExpr(StackDef Stack) : Expr;

internal sealed record RegisterExpr(RegisterDef Register, Expr Index) : Expr;

/// <summary>Bits ahead of the parser's position.</summary>
internal sealed record LookaheadExpr(int BitOffset, int Width) : Expr;

internal sealed record UnaryExpr(Op Op, Expr Value) : Expr;

internal sealed record BinaryExpr(Op Op, Expr Left, Expr Right) : Expr;

internal sealed record ChoiceExpr(Expr Condition, Expr Left, Expr Right) : Expr;

/// <summary>two_comp_mod, sat_cast or usat_cast to a width in bits.</summary>
internal sealed record CastExpr(Op Op, Expr Value, int Width) : Expr;

internal enum Op
{
    Add, Subtract, Multiply, Divide, Modulo, ShiftLeft, ShiftRight,
    Equal, NotEqual, Greater, Less, GreaterOrEqual, LessOrEqual,
    And, Or, Not, BitAnd, BitOr, BitXor, BitNot, Negate,
    DataToBool, BoolToData, TwoCompMod, SatCast, UsatCast,
}
