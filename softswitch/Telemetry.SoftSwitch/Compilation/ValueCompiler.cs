using System.Linq.Expressions;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using static Telemetry.SoftSwitch.Compilation.CodeContext;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>
/// Turns values of unbounded precision into machine arithmetic. Where only the low bits of a result count (below a
/// mask or an assignment) wrapping words do; elsewhere the interval of values chooses the smallest type that is exact.
/// </summary>
internal sealed partial class ValueCompiler(CodeContext code)
{
    private static readonly (Type Type, Interval Interval)[] Kinds =
    [
        (typeof(ulong), Interval.Unsigned(64)), (typeof(long), Interval.Signed(64)),
        (typeof(Int128), Interval.Signed(128)), (typeof(UInt128), Interval.Unsigned(128)),
    ];

    /// <summary>Reads up to 64 bits ahead of the parser, counted from the expression's lowest; null outside a parser.</summary>
    public Func<LookaheadExpr, int, int, Expression>? Lookahead { get; set; }

    public HeaderPlace PlaceOf(HeaderRef header) => header switch
    {
        FixedHeader fixedHeader => HeaderPlace.Of(code, fixedHeader.Header),
        StackItem item => HeaderPlace.Of(code, item.Stack, item.Member, Low64(item.Index)),
        StackLast last => HeaderPlace.Of(code, last.Stack, last.Member, Expression.Subtract(code.Word(last.Stack.NextSlot), Const(1))),
        _ => throw new ArgumentOutOfRangeException(nameof(header)),
    };

    /// <summary>The low 64 bits of a value's two's complement; the value itself when it is from 0 to 2^64-1.</summary>
    public Expression Low64(Expr e)
    {
        switch (e)
        {
            case ConstExpr constant:
                return Const((ulong)(constant.Value & ulong.MaxValue));
            case FieldExpr field:
                return ReadField64(field);
            case ParamExpr parameter:
                return Expression.ArrayIndex(code.Data, Expression.Constant(parameter.Slot));
            case StackSizeExpr size:
                return code.Word(size.Stack.NextSlot);
            case LastIndexExpr last:
                return Expression.And(Expression.Subtract(code.Word(last.Stack.NextSlot), Const(1)), Const(uint.MaxValue));
            case RegisterExpr { Register.Width: > 128 }:
                return Convert(Big(e), typeof(ulong));
            case RegisterExpr { Register.Width: > 64 }:
                return Convert(Low128(e), typeof(ulong));
            case RegisterExpr register:
                return Call(code.State, nameof(SwitchState.ReadRegister), Expression.Constant(register.Register.Index), Low64(register.Index));
            case LookaheadExpr ahead:
                return Lookahead!(ahead, 0, Math.Min(64, ahead.Width));
            case BinaryExpr { Op: Op.ShiftRight, Left: FieldExpr { Field: { Signed: false, Words: > 1 } } wide, Right: ConstExpr shift }
                when shift.Value >= 0 && shift.Value < 64 * wide.Field.Words:
                return Slice(wide, (int)shift.Value);
            case UnaryExpr { Op: Op.BitNot } not:
                return Expression.Not(Low64(not.Value));
            case UnaryExpr { Op: Op.Negate } negative:
                return Expression.Subtract(Const(0), Low64(negative.Value));
            case BinaryExpr { Op: Op.ShiftLeft } shift:
                return shift.Right is ConstExpr by
                    ? by.Value >= 64 ? Const(0) : Expression.LeftShift(Low64(shift.Left), Expression.Constant((int)by.Value))
                    : Call(typeof(Bits), nameof(Bits.ShiftLeft), Low64(shift.Left), Low64(shift.Right));
            case BinaryExpr binary when IsModular(binary.Op):
                return Expression.MakeBinary(NodeOf(binary.Op), Low64(binary.Left), Low64(binary.Right));
            case ChoiceExpr choice when !IsBool(choice):
                return Expression.Condition(Bool(choice.Condition), Low64(choice.Left), Low64(choice.Right));
            case CastExpr { Op: Op.TwoCompMod } cast:
                return cast.Width >= 64 ? Low64(cast.Value) : SignExtend(Low64(cast.Value), cast.Width);
            default:
                return IsBool(e) || e is UnaryExpr { Op: Op.BoolToData }
                    ? Expression.Condition(Bool(e is UnaryExpr { Op: Op.BoolToData } data ? data.Value : e), Const(1), Const(0))
                    : Convert(Exact(e), typeof(ulong));
        }
    }

    /// <summary>The low 128 bits of a value's two's complement.</summary>
    public Expression Low128(Expr e)
    {
        Interval interval = IntervalOf(e);
        if (interval.FitsIn(Kinds[0].Interval))
        {
            return Convert(Low64(e), typeof(UInt128));
        }

        if (interval.FitsIn(Kinds[1].Interval))
        {
            return Convert(Convert(Low64(e), typeof(long)), typeof(UInt128));
        }

        switch (e)
        {
            case ConstExpr constant:
                BigInteger bits = constant.Value & ((BigInteger.One << 128) - 1);
                return Call(typeof(Bits), nameof(Bits.Wide), Const((ulong)(bits & ulong.MaxValue)), Const((ulong)(bits >> 64)));
            case FieldExpr { Field.IsVarbit: true } varbit:
                return Convert(VarNumber(varbit), typeof(UInt128));
            case FieldExpr field:
                HeaderPlace place = PlaceOf(field.Header);
                Expression wide = Call(typeof(Bits), nameof(Bits.Wide), place.Word(field.Field.Slot), place.Word(field.Field.Slot + 1));
                return field.Field.Signed && field.Field.Width < 128 ? SignExtend128(wide, field.Field.Width) : wide;
            case ParamExpr parameter:
                return Call(typeof(Bits), nameof(Bits.Wide), Expression.ArrayIndex(code.Data, Expression.Constant(parameter.Slot)),
                    Expression.ArrayIndex(code.Data, Expression.Constant(parameter.Slot + 1)));
            case LookaheadExpr ahead:
                return Call(typeof(Bits), nameof(Bits.Wide), Lookahead!(ahead, 0, 64), Lookahead!(ahead, 64, Math.Min(64, ahead.Width - 64)));
            case RegisterExpr { Register.Width: > 128 }:
                return Convert(Big(e), typeof(UInt128));
            case RegisterExpr register:
                return Call(code.State, nameof(SwitchState.ReadWideRegister), Expression.Constant(register.Register.Index), Low64(register.Index));
            case UnaryExpr { Op: Op.BitNot } not:
                return Expression.Not(Low128(not.Value));
            case UnaryExpr { Op: Op.Negate } negative:
                return Expression.Subtract(Expression.Default(typeof(UInt128)), Low128(negative.Value));
            case BinaryExpr { Op: Op.ShiftLeft } shift:
                return Call(typeof(Bits), nameof(Bits.ShiftLeft128), Low128(shift.Left), Low64(shift.Right));
            case BinaryExpr binary when IsModular(binary.Op):
                return Expression.MakeBinary(NodeOf(binary.Op), Low128(binary.Left), Low128(binary.Right));
            case ChoiceExpr choice:
                return Expression.Condition(Bool(choice.Condition), Low128(choice.Left), Low128(choice.Right));
            case CastExpr { Op: Op.TwoCompMod } cast:
                return SignExtend128(Low128(cast.Value), cast.Width);
            default:
                return Convert(Exact(e), typeof(UInt128));
        }
    }

    /// <summary>The value, in the smallest of ulong, long, Int128 and UInt128 that holds every value it can have, else as a BigInteger.</summary>
    public Expression Exact(Expr e)
    {
        Interval interval = IntervalOf(e);
        Type kind = KindOf(interval);
        if (kind == typeof(BigInteger))
        {
            return Big(e);
        }

        switch (e)
        {
            case BinaryExpr { Op: Op.ShiftRight } shift:
                return Convert(ShiftRight(Exact(shift.Left), shift.Right), kind);
            case BinaryExpr { Op: Op.Divide or Op.Modulo } division:
                return Convert(Divide(division), kind);
            case CastExpr { Op: Op.SatCast or Op.UsatCast } cast:
                return Convert(Saturate(cast), kind);
            case ChoiceExpr choice when !IsBool(choice):
                return Expression.Condition(Bool(choice.Condition), Convert(Exact(choice.Left), kind), Convert(Exact(choice.Right), kind));
            default:
                return kind == typeof(ulong) ? Low64(e) : kind == typeof(long) ? Convert(Low64(e), kind) : Convert(Low128(e), kind);
        }
    }

    /// <summary>The value as a BigInteger.</summary>
    public Expression ForLog(Expr e) => IsBool(e) ? Convert(Low64(e), typeof(BigInteger)) : Convert(Exact(e), typeof(BigInteger));

    public static bool IsBool(Expr e) => e switch
    {
        BoolExpr or ValidExpr or SameHeaderExpr => true,
        UnaryExpr unary => unary.Op is Op.Not or Op.DataToBool,
        BinaryExpr binary => binary.Op is >= Op.Equal and <= Op.Or,
        ChoiceExpr choice => IsBool(choice.Left),
        _ => false,
    };

    public Expression Bool(Expr e)
    {
        switch (e)
        {
            case BoolExpr constant:
                return Expression.Constant(constant.Value);
            case ValidExpr valid:
                return Expression.NotEqual(PlaceOf(valid.Header).Valid, Const(0));
            case SameHeaderExpr same:
                return SameHeader(same);
            case UnaryExpr { Op: Op.Not } not:
                return Expression.Not(Bool(not.Value));
            case UnaryExpr { Op: Op.DataToBool } data:
                return Bool(data.Value);
            case UnaryExpr { Op: Op.BoolToData } truth:
                return Bool(truth.Value);
            case BinaryExpr { Op: Op.And } and:
                return Expression.AndAlso(Bool(and.Left), Bool(and.Right));
            case BinaryExpr { Op: Op.Or } or:
                return Expression.OrElse(Bool(or.Left), Bool(or.Right));
            case BinaryExpr binary when binary.Op is >= Op.Equal and <= Op.LessOrEqual:
                return Compare(binary);
            case ChoiceExpr choice when IsBool(choice):
                return Expression.Condition(Bool(choice.Condition), Bool(choice.Left), Bool(choice.Right));
            default:
                Expression value = Exact(e);
                return Expression.NotEqual(value, value.Type == typeof(ulong) ? Const(0) : Expression.Default(value.Type));
        }
    }

    /// <summary>Stores a value's low bits in a field.</summary>
    public Expression Store(FieldExpr target, Expr value)
    {
        int width = target.Field.Width;
        if (!target.Field.IsWide)
        {
            Expression low = Low64(value);
            bool fits = IntervalOf(value).FitsIn(Interval.Unsigned(width)) || width == 64;
            return Expression.Assign(PlaceOf(target.Header).Word(target.Field.Slot), fits ? low : Expression.And(low, Const(MaskOf(width))));
        }

        if (target.Field.Words == 2)
        {
            return StoreWide(target, Low128(value));
        }

        HeaderPlace place = PlaceOf(target.Header);
        if (value is FieldExpr { Field: { Signed: false, IsVarbit: false } } source && source.Field.Width <= width)
        {
            IReadOnlyList<Expression> from = PlaceOf(source.Header).Words(source.Field);
            return Expression.Block(typeof(void), place.Words(target.Field).Select((to, i) => Expression.Assign(to, i < from.Count ? from[i] : Const(0))));
        }

        return Call(
            typeof(Words), nameof(Words.PutAt), code.F, Expression.Add(place.Slot, Expression.Constant(target.Field.Slot)), Expression.Constant(width),
            Convert(Exact(value), typeof(BigInteger)));
    }

    /// <summary>Stores a computed word in a field.</summary>
    public Expression StoreWord(FieldExpr target, Expression word)
    {
        HeaderPlace place = PlaceOf(target.Header);
        int width = target.Field.Width;
        Expression low = Expression.Assign(place.Word(target.Field.Slot), width < 64 ? Expression.And(word, Const(MaskOf(width))) : word);
        return target.Field.IsWide
            ? Expression.Block(typeof(void), [low, .. place.Words(target.Field).Skip(1).Select(word => Expression.Assign(word, Const(0)))])
            : low;
    }

    public static ulong MaskOf(int width) => width >= 64 ? ulong.MaxValue : (1UL << width) - 1;

    public Expression StoreWide(FieldExpr target, Expression wide)
    {
        ParameterExpression held = Expression.Variable(typeof(UInt128), "wide");
        HeaderPlace place = PlaceOf(target.Header);
        return Expression.Block(
            typeof(void), [held],
            Expression.Assign(held, wide),
            Expression.Assign(place.Word(target.Field.Slot), Call(typeof(Bits), nameof(Bits.Low), held)),
            Expression.Assign(
                place.Word(target.Field.Slot + 1),
                Expression.And(Call(typeof(Bits), nameof(Bits.High), held), Const(MaskOf(target.Field.Width - 64)))));
    }

    private Expression ReadField64(FieldExpr field)
    {
        if (field.Field.IsVarbit)
        {
            return Convert(VarNumber(field), typeof(ulong));
        }

        Expression word = PlaceOf(field.Header).Word(field.Field.Slot);
        return field.Field.Signed && field.Field.Width < 64 ? SignExtend(word, field.Field.Width) : word;
    }

    private Expression Compare(BinaryExpr e)
    {
        if (IsBool(e.Left) && IsBool(e.Right))
        {
            return e.Op == Op.Equal ? Expression.Equal(Bool(e.Left), Bool(e.Right)) : Expression.NotEqual(Bool(e.Left), Bool(e.Right));
        }

        if (e.Op is Op.Equal or Op.NotEqual && EqualWords(e) is Expression equal)
        {
            return e.Op == Op.Equal ? equal : Expression.Not(equal);
        }

        Type kind = KindOf(IntervalOf(e.Left).Union(IntervalOf(e.Right)));
        return Expression.MakeBinary(NodeOf(e.Op), Convert(Exact(e.Left), kind), Convert(Exact(e.Right), kind));
    }

    private Expression ShiftRight(Expression left, Expr right)
    {
        string method = left.Type == typeof(BigInteger) ? nameof(Bits.ShiftRightBig)
            : left.Type == typeof(ulong) ? nameof(Bits.ShiftRight)
            : left.Type == typeof(long) ? nameof(Bits.ShiftRightSigned)
            : left.Type == typeof(UInt128) ? nameof(Bits.ShiftRight128) : nameof(Bits.ShiftRightSigned128);
        return right is ConstExpr { Value: var by } && by >= 0 && by < 64 && left.Type.IsPrimitive
            ? Expression.RightShift(left, Expression.Constant((int)by))
            : Call(typeof(Bits), method, left, Low64(right));
    }

    private Expression Divide(BinaryExpr e)
    {
        Type kind = KindOf(IntervalOf(e.Left).Union(IntervalOf(e.Right)));
        string suffix = kind == typeof(BigInteger) ? "Big" : kind == typeof(ulong) ? "" : kind == typeof(long) ? "Signed" : kind == typeof(UInt128) ? "128" : "Signed128";
        return Call(typeof(Bits), (e.Op == Op.Divide ? "Divide" : "Modulo") + suffix, Convert(Exact(e.Left), kind), Convert(Exact(e.Right), kind));
    }

    private Expression Saturate(CastExpr e)
    {
        Interval bounds = e.Op == Op.UsatCast ? Interval.Unsigned(e.Width) : Interval.Signed(e.Width);
        Interval interval = IntervalOf(e.Value);
        Type kind = KindOf(interval.Union(bounds));
        if (kind == typeof(BigInteger))
        {
            return Call(typeof(Bits), nameof(Bits.Clamp), Convert(Exact(e.Value), kind), Expression.Constant(bounds.Min), Expression.Constant(bounds.Max));
        }

        ParameterExpression value = Expression.Variable(kind, "value");
        Expression low = Convert(Exact(new ConstExpr(bounds.Min)), kind);
        Expression high = Convert(Exact(new ConstExpr(bounds.Max)), kind);
        return Expression.Block(
            kind, [value],
            Expression.Assign(value, Convert(Exact(e.Value), kind)),
            Expression.Condition(
                Expression.LessThan(value, low), low,
                Expression.Condition(Expression.GreaterThan(value, high), high, value)));
    }

    private static Type KindOf(Interval interval)
    {
        foreach ((Type type, Interval holds) in Kinds)
        {
            if (interval.FitsIn(holds))
            {
                return type;
            }
        }

        return typeof(BigInteger);
    }

    private static Expression Convert(Expression e, Type type)
    {
        if (e.Type == type)
        {
            return e;
        }

        if (e.Type != typeof(BigInteger))
        {
            return Expression.Convert(e, type);
        }

        return type == typeof(ulong) ? Call(typeof(Bits), nameof(Bits.LowOfBig), e)
            : type == typeof(long) ? Expression.Convert(Call(typeof(Bits), nameof(Bits.LowOfBig), e), type)
            : type == typeof(UInt128) ? Call(typeof(Bits), nameof(Bits.LowOfBig128), e)
            : Expression.Convert(Call(typeof(Bits), nameof(Bits.LowOfBig128), e), type);
    }

    private static Expression SignExtend(Expression word, int width) => Expression.Convert(
        Expression.RightShift(
            Expression.LeftShift(Expression.Convert(word, typeof(long)), Expression.Constant(64 - width)), Expression.Constant(64 - width)),
        typeof(ulong));

    private static Expression SignExtend128(Expression wide, int width) => width == 128 ? wide : Expression.Convert(
        Expression.RightShift(
            Expression.LeftShift(Expression.Convert(wide, typeof(Int128)), Expression.Constant(128 - width)), Expression.Constant(128 - width)),
        typeof(UInt128));

    private static bool IsModular(Op op) => op is Op.Add or Op.Subtract or Op.Multiply or Op.BitAnd or Op.BitOr or Op.BitXor;

    private static ExpressionType NodeOf(Op op) => op switch
    {
        Op.Add => ExpressionType.Add,
        Op.Subtract => ExpressionType.Subtract,
        Op.Multiply => ExpressionType.Multiply,
        Op.BitAnd => ExpressionType.And,
        Op.BitOr => ExpressionType.Or,
        Op.BitXor => ExpressionType.ExclusiveOr,
        Op.Equal => ExpressionType.Equal,
        Op.NotEqual => ExpressionType.NotEqual,
        Op.Greater => ExpressionType.GreaterThan,
        Op.Less => ExpressionType.LessThan,
        Op.GreaterOrEqual => ExpressionType.GreaterThanOrEqual,
        Op.LessOrEqual => ExpressionType.LessThanOrEqual,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "no node"),
    };
}
