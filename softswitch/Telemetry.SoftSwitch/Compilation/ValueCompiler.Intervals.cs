using System.Numerics;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Compilation;

internal sealed partial class ValueCompiler
{
    /// <summary>A shift further than this leaves nothing of a value that fits any field.</summary>
    private readonly int _farthestShift = Math.Max(512, code.Model.Headers.SelectMany(h => h.Type.Fields).Where(f => !f.IsVarbit).Select(f => f.Width).DefaultIfEmpty(0).Max() + 64);
    private readonly Dictionary<Expr, Interval> _intervals = new(ReferenceEqualityComparer.Instance);

    /// <summary>Every value that an expression can have.</summary>
    public Interval IntervalOf(Expr e)
    {
        if (!_intervals.TryGetValue(e, out Interval interval))
        {
            interval = Compute(e);
            _intervals[e] = interval;
        }

        return interval;
    }

    private Interval Compute(Expr e) => e switch
    {
        ConstExpr constant => new Interval(constant.Value, constant.Value),
        FieldExpr field => field.Field.Signed ? Interval.Signed(field.Field.Width) : Interval.Unsigned(Math.Max(1, field.Field.Width)),
        ParamExpr parameter => Interval.Unsigned(parameter.Width),
        LookaheadExpr ahead => Interval.Unsigned(ahead.Width),
        RegisterExpr register => Interval.Unsigned(register.Register.Width),
        LastIndexExpr => Interval.Unsigned(32),
        StackSizeExpr size => new Interval(0, size.Stack.Count),
        UnaryExpr { Op: Op.BitNot } not => new Interval(-IntervalOf(not.Value).Max - 1, -IntervalOf(not.Value).Min - 1),
        UnaryExpr { Op: Op.Negate } negative => new Interval(-IntervalOf(negative.Value).Max, -IntervalOf(negative.Value).Min),
        CastExpr { Op: Op.UsatCast } cast => Interval.Unsigned(cast.Width),
        CastExpr cast => Interval.Signed(cast.Width),
        ChoiceExpr choice when !IsBool(choice) => IntervalOf(choice.Left).Union(IntervalOf(choice.Right)),
        BinaryExpr binary when !IsBool(binary) => Compute(binary.Op, IntervalOf(binary.Left), IntervalOf(binary.Right)),
        _ => Interval.Bit,
    };

    private Interval Compute(Op op, Interval left, Interval right)
    {
        switch (op)
        {
            case Op.Add:
                return new Interval(left.Min + right.Min, left.Max + right.Max);
            case Op.Subtract:
                return new Interval(left.Min - right.Max, left.Max - right.Min);
            case Op.Multiply:
                return Interval.Corners(left, right, (a, b) => a * b);
            case Op.ShiftLeft:
                return Interval.Corners(left, Clamp(right), (a, b) => a << (int)b);
            case Op.ShiftRight:
                return Interval.Corners(left, Clamp(right), (a, b) => a >> (int)b);
            case Op.BitAnd when left.IsNonNegative && right.IsNonNegative:
                return new Interval(0, BigInteger.Min(left.Max, right.Max));
            case Op.BitAnd when left.IsNonNegative:
                return new Interval(0, left.Max);
            case Op.BitAnd when right.IsNonNegative:
                return new Interval(0, right.Max);
            case Op.BitAnd or Op.BitOr or Op.BitXor:
                return Interval.Bitwise(left, right);
            default: // division and remainder: never larger than the dividend
                BigInteger most = BigInteger.Max(BigInteger.Abs(left.Min), BigInteger.Abs(left.Max));
                return new Interval(left.IsNonNegative && right.IsNonNegative ? 0 : -most, most);
        }
    }

    private Interval Clamp(Interval shift) =>
        new(BigInteger.Max(0, BigInteger.Min(_farthestShift, shift.Min)), BigInteger.Max(0, BigInteger.Min(_farthestShift, shift.Max)));
}
