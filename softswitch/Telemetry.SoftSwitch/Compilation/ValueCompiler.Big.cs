using System.Linq.Expressions;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using static Telemetry.SoftSwitch.Compilation.CodeContext;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>Values above 128 bits: copies, comparisons and slices word by word, all else as BigInteger.</summary>
internal sealed partial class ValueCompiler
{
    private Expression Big(Expr e)
    {
        if (KindOf(IntervalOf(e)) != typeof(BigInteger))
        {
            return Convert(Exact(e), typeof(BigInteger));
        }

        switch (e)
        {
            case ConstExpr constant:
                return Expression.Constant(constant.Value);
            case FieldExpr { Field.IsVarbit: true } varbit:
                return VarNumber(varbit);
            case FieldExpr field:
                return Call(
                    typeof(Words), nameof(Words.GetAt), code.F, Expression.Add(PlaceOf(field.Header).Slot, Expression.Constant(field.Field.Slot)),
                    Expression.Constant(field.Field.Width), Expression.Constant(field.Field.Signed));
            case ParamExpr parameter:
                return Call(
                    typeof(Words), nameof(Words.GetAt), code.Data, Expression.Constant(parameter.Slot), Expression.Constant(parameter.Width), Expression.Constant(false));
            case LookaheadExpr ahead:
                Expression value = Convert(Lookahead!(ahead, 0, 64), typeof(BigInteger));
                for (int bit = 64; bit < ahead.Width; bit += 64)
                {
                    Expression word = Convert(Lookahead!(ahead, bit, Math.Min(64, ahead.Width - bit)), typeof(BigInteger));
                    value = Expression.Or(value, Call(typeof(Bits), nameof(Bits.ShiftLeftBig), word, Const((ulong)bit)));
                }

                return value;
            case RegisterExpr register:
                return Call(code.State, nameof(SwitchState.ReadBigRegister), Expression.Constant(register.Register.Index), Expression.Constant(register.Register.Width), Low64(register.Index));
            case UnaryExpr { Op: Op.BitNot } not:
                return Expression.OnesComplement(Big(not.Value));
            case UnaryExpr { Op: Op.Negate } negative:
                return Expression.Negate(Big(negative.Value));
            case BinaryExpr { Op: Op.ShiftLeft } shift:
                return Call(typeof(Bits), nameof(Bits.ShiftLeftBig), Big(shift.Left), Low64(shift.Right));
            case BinaryExpr { Op: Op.ShiftRight } shift:
                return Call(typeof(Bits), nameof(Bits.ShiftRightBig), Big(shift.Left), Low64(shift.Right));
            case BinaryExpr { Op: Op.Divide or Op.Modulo } division:
                return Convert(Divide(division), typeof(BigInteger));
            case BinaryExpr binary:
                return Expression.MakeBinary(NodeOf(binary.Op), Big(binary.Left), Big(binary.Right));
            case CastExpr { Op: Op.TwoCompMod } cast:
                return Call(typeof(Bits), nameof(Bits.SignedBig), Big(cast.Value), Expression.Constant(cast.Width));
            case CastExpr cast:
                return Saturate(cast);
            case ChoiceExpr choice:
                return Expression.Condition(Bool(choice.Condition), Big(choice.Left), Big(choice.Right));
            default:
                throw new ArgumentOutOfRangeException(nameof(e), e, "no code for a wide value");
        }
    }

    /// <summary>64 bits of a field of several words, from a bit on.</summary>
    private Expression Slice(FieldExpr field, int bit)
    {
        IReadOnlyList<Expression> words = PlaceOf(field.Header).Words(field.Field);
        Expression low = bit % 64 == 0 ? words[bit / 64] : Expression.RightShift(words[bit / 64], Expression.Constant(bit % 64));
        return bit % 64 == 0 || (bit / 64) + 1 >= words.Count
            ? low
            : Expression.Or(low, Expression.LeftShift(words[(bit / 64) + 1], Expression.Constant(64 - (bit % 64))));
    }

    /// <summary>Equality of values above 128 bits word by word; null when an operand is computed.</summary>
    private Expression? EqualWords(BinaryExpr e)
    {
        if (e.Left is FieldExpr { Field.IsVarbit: true } one && e.Right is FieldExpr { Field.IsVarbit: true } other)
        {
            return SameVarbit(PlaceOf(one.Header), one.Field, PlaceOf(other.Header), other.Field);
        }

        if (Math.Max(WidthOf(e.Left), WidthOf(e.Right)) <= 128 || WordsOf(e.Left) is not IReadOnlyList<Expression> left || WordsOf(e.Right) is not IReadOnlyList<Expression> right)
        {
            return null;
        }

        return Enumerable.Range(0, Math.Max(left.Count, right.Count))
            .Select(i => (Expression)Expression.Equal(i < left.Count ? left[i] : Const(0), i < right.Count ? right[i] : Const(0)))
            .Aggregate(Expression.AndAlso);
    }

    private static int WidthOf(Expr e) => e switch
    {
        FieldExpr field => field.Field.Width,
        ParamExpr parameter => parameter.Width,
        _ => 0,
    };

    private IReadOnlyList<Expression>? WordsOf(Expr e) => e switch
    {
        FieldExpr { Field: { Signed: false, IsVarbit: false } } field => PlaceOf(field.Header).Words(field.Field),
        ParamExpr parameter => [.. Enumerable.Range(parameter.Slot, Words.Count(parameter.Width)).Select(i => Expression.ArrayIndex(code.Data, Expression.Constant(i)))],
        ConstExpr { Value.Sign: >= 0 } constant => [.. Enumerable.Range(0, Math.Max(1, Words.Count((int)constant.Value.GetBitLength()))).Select(i => Const((ulong)((constant.Value >> (64 * i)) & ulong.MaxValue)))],
        _ => null,
    };

    /// <summary>A varbit as BMv2 sees it in arithmetic: a number.</summary>
    private Expression VarNumber(FieldExpr field)
    {
        HeaderPlace place = PlaceOf(field.Header);
        return Call(typeof(Bits), nameof(Bits.NumberOf), code.OfPacket(nameof(PacketState.Var)), place.Var, place.Word(field.Field.Slot));
    }

    private Expression SameVarbit(HeaderPlace left, FieldDef leftField, HeaderPlace right, FieldDef rightField) => Call(
        typeof(Bits), nameof(Bits.SameNumber), code.OfPacket(nameof(PacketState.Var)),
        left.Var, left.Word(leftField.Slot), right.Var, right.Word(rightField.Slot));

    private Expression SameHeader(SameHeaderExpr same)
    {
        HeaderPlace left = PlaceOf(same.Left);
        HeaderPlace right = PlaceOf(same.Right);
        Expression result = Expression.AndAlso(Expression.NotEqual(left.Valid, Const(0)), Expression.NotEqual(right.Valid, Const(0)));
        foreach (FieldDef field in same.Left.Type.Fields)
        {
            result = Expression.AndAlso(result, field.IsVarbit
                ? SameVarbit(left, field, right, field)
                : left.Words(field).Zip(right.Words(field), Expression.Equal).Aggregate(Expression.AndAlso));
        }

        return result;
    }
}
