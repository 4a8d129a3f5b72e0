using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Interpretation;

/// <summary>
/// Values of expressions in unbounded precision, straight from the definition: the oracle that compiled code is compared
/// with. Slow: a switch's traffic takes this way only while it is traced.
/// </summary>
internal sealed class Evaluator(ProgramModel model, PacketState packet, SwitchState state)
{
    public ProgramModel Model { get; } = model;

    public PacketState Packet { get; } = packet;

    public SwitchState State { get; } = state;

    /// <summary>Who is told of each step; null for nobody.</summary>
    public PacketTrace? Trace => Packet.Trace;

    /// <summary>Words of the running action's parameters.</summary>
    public ulong[] Data { get; set; } = [];

    /// <summary>The parser's position, bytes.</summary>
    public int At { get; set; }

    public ulong[] F => Packet.F;

    /// <summary>First word and first varbit byte of a header; an index outside a stack leads to the spill area.</summary>
    public (int Slot, int Var) PlaceOf(HeaderRef header)
    {
        (StackDef stack, int member, ulong index) = header switch
        {
            StackItem item => (item.Stack, item.Member, Word(item.Index)),
            StackLast last => (last.Stack, last.Member, F[last.Stack.NextSlot] - 1),
            _ => (null!, 0, 0UL),
        };
        if (header is FixedHeader fixedHeader)
        {
            return (fixedHeader.Header.Slot, fixedHeader.Header.VarOffset);
        }

        Header first = stack.FirstMember(member);
        return index < (ulong)stack.Count
            ? (first.Slot + ((int)index * stack.Stride), first.VarOffset + ((int)index * stack.VarStride))
            : (Model.SpillSlot + first.Slot - stack.FirstSlot, first.VarOffset);
    }

    /// <summary>The low 64 bits of a value.</summary>
    public ulong Word(Expr e) => (ulong)(Value(e) & ulong.MaxValue);

    public bool Truth(Expr e) => !Value(e).IsZero;

    public BigInteger Value(Expr e)
    {
        switch (e)
        {
            case ConstExpr constant:
                return constant.Value;
            case BoolExpr constant:
                return constant.Value ? 1 : 0;
            case FieldExpr field:
                (int slot, int var) = PlaceOf(field.Header);
                return field.Field.IsVarbit
                    ? Bits.NumberOf(Packet.Var, var, F[slot + field.Field.Slot])
                    : Words.GetAt(F, slot + field.Field.Slot, field.Field.Width, field.Field.Signed);
            case ParamExpr parameter:
                return Words.GetAt(Data, parameter.Slot, parameter.Width, false);
            case ValidExpr valid:
                return F[PlaceOf(valid.Header).Slot] != 0 ? 1 : 0;
            case SameHeaderExpr same:
                return SameHeader(same) ? 1 : 0;
            case LastIndexExpr last:
                return (F[last.Stack.NextSlot] - 1) & uint.MaxValue;
            case StackSizeExpr size:
                return F[size.Stack.NextSlot];
            case RegisterExpr register:
                ulong index = Word(register.Index);
                return index < (ulong)register.Register.Size ? State.ReadCell(register.Register, (int)index) : 0;
            case LookaheadExpr ahead:
                return Bits.ReadBig(Packet.Buffer, (At * 8) + ahead.BitOffset, ahead.Width);
            case UnaryExpr unary:
                BigInteger operand = Value(unary.Value);
                return unary.Op switch { Op.Not => operand.IsZero ? 1 : 0, Op.BitNot => -operand - 1, Op.Negate => -operand, _ => operand };
            case BinaryExpr binary:
                return Binary(binary);
            case ChoiceExpr choice:
                return Truth(choice.Condition) ? Value(choice.Left) : Value(choice.Right);
            case CastExpr cast:
                return Cast(cast.Op, Value(cast.Value), cast.Width);
            default:
                throw new ArgumentOutOfRangeException(nameof(e), e, "no value");
        }
    }

    /// <summary>Stores a value's low bits in a field.</summary>
    public void Store(FieldExpr target, BigInteger value)
    {
        Trace?.Assigned($"{NameOf(target.Header)}.{target.Field.Name}", value, target.Field.Width); // the value may change where an index leads
        Words.PutAt(F, PlaceOf(target.Header).Slot + target.Field.Slot, target.Field.Width, value);
    }

    /// <summary>A header as it is written in a program, an element of a stack by its index.</summary>
    public string NameOf(HeaderRef header) => header switch
    {
        StackItem item => NameIn(item.Stack, Word(item.Index), item.Member),
        StackLast last => NameIn(last.Stack, F[last.Stack.NextSlot] - 1, last.Member),
        _ => ((FixedHeader)header).Header.Name,
    };

    private static string NameIn(StackDef stack, ulong index, int member) =>
        $"{stack.Name}[{unchecked((long)index)}]{(stack is UnionStack unions ? $".{unions.Items[0].Members[member].Type.Name}" : "")}";

    /// <summary>Makes a header valid, and the other members of its union invalid.</summary>
    public void MakeValid(int slot, IReadOnlyList<int> siblings)
    {
        foreach (int sibling in siblings)
        {
            F[slot + sibling] = 0;
        }

        F[slot] = 1;
    }

    private BigInteger Binary(BinaryExpr e)
    {
        BigInteger left = Value(e.Left);
        if (e.Op is Op.And or Op.Or)
        {
            return (e.Op == Op.And ? !left.IsZero && Truth(e.Right) : !left.IsZero || Truth(e.Right)) ? 1 : 0;
        }

        BigInteger right = Value(e.Right);
        return e.Op switch
        {
            Op.Add => left + right,
            Op.Subtract => left - right,
            Op.Multiply => left * right,
            Op.Divide => right.IsZero ? 0 : BigInteger.Divide(left, right),
            Op.Modulo => right.IsZero ? 0 : BigInteger.Remainder(left, right),
            Op.ShiftLeft => Bits.ShiftLeftBig(left, (ulong)(right & ulong.MaxValue)),
            Op.ShiftRight => Bits.ShiftRightBig(left, (ulong)(right & ulong.MaxValue)),
            Op.Equal => left == right ? 1 : 0,
            Op.NotEqual => left != right ? 1 : 0,
            Op.Greater => left > right ? 1 : 0,
            Op.Less => left < right ? 1 : 0,
            Op.GreaterOrEqual => left >= right ? 1 : 0,
            Op.LessOrEqual => left <= right ? 1 : 0,
            Op.BitAnd => left & right,
            Op.BitOr => left | right,
            Op.BitXor => left ^ right,
            _ => throw new ArgumentOutOfRangeException(nameof(e), e.Op, "no binary operator"),
        };
    }

    private static BigInteger Cast(Op op, BigInteger value, int width) => op switch
    {
        Op.TwoCompMod => Bits.SignedBig(value, width),
        Op.UsatCast => Bits.Clamp(value, 0, (BigInteger.One << width) - 1),
        _ => Bits.Clamp(value, -(BigInteger.One << (width - 1)), (BigInteger.One << (width - 1)) - 1),
    };

    private bool SameHeader(SameHeaderExpr same)
    {
        (int left, _) = PlaceOf(same.Left);
        (int right, _) = PlaceOf(same.Right);
        return F[left] != 0 && F[right] != 0
            && same.Left.Type.Fields.All(f => Value(new FieldExpr(same.Left, f)) == Value(new FieldExpr(same.Right, f)));
    }
}
