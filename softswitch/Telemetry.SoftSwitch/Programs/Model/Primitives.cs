namespace Telemetry.SoftSwitch.Programs.Model;

/// <summary>One step of an action.</summary>
internal abstract record Primitive;

internal sealed record AssignStep(FieldExpr Target, Expr Value) : Primitive;

internal sealed record AssignVarbitStep(FieldExpr Target, FieldExpr Source) : Primitive;

internal sealed record AssignHeaderStep(HeaderRef Target, HeaderRef Source) : Primitive;

internal sealed record AssignUnionStep(UnionRef Target, UnionRef Source) : Primitive;

internal sealed record AssignStackStep(StackDef Target, StackDef Source) : Primitive;

/// <summary>Makes a header valid: reset and counted into the packet's length, or (<c>Fast</c>) neither.</summary>
internal sealed record AddHeaderStep(HeaderRef Header, bool Fast) : Primitive;

internal sealed record RemoveHeaderStep(HeaderRef Header) : Primitive;

internal sealed record PushStep(StackDef Stack, Expr Count) : Primitive;

internal sealed record PopStep(StackDef Stack, Expr Count) : Primitive;

internal sealed record ExitStep : Primitive;

/// <summary>Goes to a step by index when the condition is null or evaluates to 0.</summary>
internal sealed record JumpStep(Expr? IfZero, int Target) : Primitive;

internal sealed record DropStep : Primitive;

internal sealed record HashStep(FieldExpr Target, Expr Base, CalculationDef Calculation, Expr Size) : Primitive;

internal sealed record RandomStep(FieldExpr Target, Expr Low, Expr High) : Primitive;

internal sealed record RegisterReadStep(FieldExpr Target, RegisterDef Register, Expr Index) : Primitive;

internal sealed record RegisterWriteStep(RegisterDef Register, Expr Index, Expr Value) : Primitive;

internal sealed record CountStep(CounterDef Counter, Expr Index) : Primitive;

internal sealed record MeterStep(MeterDef Meter, Expr Index, FieldExpr Target) : Primitive;

internal sealed record CloneStep(Expr Session, Expr FieldList) : Primitive;

internal sealed record ResubmitStep(Expr FieldList) : Primitive;

internal sealed record RecirculateStep(Expr FieldList) : Primitive;

internal sealed record DigestStep(Expr Digest) : Primitive;

internal sealed record TruncateStep(Expr Length) : Primitive;

internal sealed record LogStep(string Format, IReadOnlyList<Expr> Values) : Primitive;

internal sealed record AssertStep(Expr Condition, string Text) : Primitive;

internal sealed record NoStep : Primitive;
