using System.Linq.Expressions;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using static Telemetry.SoftSwitch.Compilation.CodeContext;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>Code of actions, written anew wherever a table runs one.</summary>
internal sealed class ActionCompiler(CodeContext code, ValueCompiler values, CalculationCompiler calculations)
{
    /// <summary>Where a program goes that jumps backwards for ever.</summary>
    public LabelTarget? GiveUp { get; set; }

    public Expression Compile(ActionDef action)
    {
        List<Expression> steps = [];
        Dictionary<int, LabelTarget> labels = [];
        foreach (JumpStep jump in action.Primitives.OfType<JumpStep>())
        {
            labels.TryAdd(jump.Target, Expression.Label($"step{jump.Target}"));
        }

        string outer = code.Place;
        for (int i = 0; i < action.Primitives.Count; i++)
        {
            if (labels.TryGetValue(i, out LabelTarget? label))
            {
                steps.Add(Expression.Label(label));
            }

            code.Place = $"action {action.Name}, primitive {i}";
            steps.Add(action.Primitives[i] is JumpStep jump ? Jump(jump, i, labels) : Compile(action.Primitives[i]));
        }

        if (labels.TryGetValue(action.Primitives.Count, out LabelTarget? end))
        {
            steps.Add(Expression.Label(end));
        }

        code.Place = outer;
        return Seq(steps);
    }

    private Expression Jump(JumpStep jump, int from, Dictionary<int, LabelTarget> labels)
    {
        Expression go = Expression.Goto(labels[jump.Target]);
        if (jump.Target <= from && GiveUp is not null)
        {
            Expression budget = code.OfState(nameof(SwitchState.Budget));
            go = Expression.Block(
                typeof(void),
                Expression.IfThen(Expression.LessThan(Expression.PreDecrementAssign(budget), Expression.Constant(0)), Expression.Goto(GiveUp)),
                go);
        }

        return jump.IfZero is null ? go : Expression.IfThen(Expression.Not(values.Bool(jump.IfZero)), go);
    }

    public Expression Compile(Primitive primitive)
    {
        switch (primitive)
        {
            case AssignStep assign:
                return values.Store(assign.Target, assign.Value);
            case AssignVarbitStep assign:
                return AssignVarbit(assign);
            case AssignHeaderStep assign:
                return AssignHeader(assign);
            case AssignUnionStep assign:
                return Seq([.. assign.Target.Members.Zip(assign.Source.Members, (target, source) => (Expression)AssignHeader(new AssignHeaderStep(target, source)))]);
            case AssignStackStep assign:
                return AssignStack(assign);
            case AddHeaderStep add:
                return AddHeader(add);
            case RemoveHeaderStep remove:
                return RemoveHeader(remove.Header);
            case PushStep push:
                return MoveStack(nameof(Bits.Push), push.Stack, push.Count);
            case PopStep pop:
                return MoveStack(nameof(Bits.Pop), pop.Stack, pop.Count);
            case ExitStep:
                return Expression.Assign(code.OfPacket(nameof(PacketState.Exit)), Expression.Constant(true));
            case DropStep:
                return Drop();
            case HashStep hash:
                return Hash(hash);
            case RandomStep random:
                return TryStore(random.Target, value => Call(code.State, nameof(SwitchState.TryRandom), values.Low64(random.Low), values.Low64(random.High), value));
            case RegisterReadStep read:
                return Expression.IfThen(
                    Call(code.State, nameof(SwitchState.HasCell), Expression.Constant(read.Register.Index), values.Low64(read.Index), Expression.Constant(Words.Count(read.Register.Width))),
                    values.Store(read.Target, new RegisterExpr(read.Register, read.Index)));
            case RegisterWriteStep write:
                return WriteRegister(write);
            case CountStep count:
                return Call(code.State, nameof(SwitchState.Count), Expression.Constant(count.Counter.Index), values.Low64(count.Index), code.Packet);
            case MeterStep meter:
                return TryStore(meter.Target, color => Call(code.State, nameof(SwitchState.TryMeter), Expression.Constant(meter.Meter.Index), values.Low64(meter.Index), code.Packet, color));
            case CloneStep clone:
                return Expression.Block(
                    typeof(void),
                    Expression.Assign(code.OfPacket(nameof(PacketState.CloneSession)), ToInt(Expression.And(values.Low64(clone.Session), Const(0x7FFF)))),
                    Expression.Assign(code.OfPacket(nameof(PacketState.CloneFieldList)), ToInt(Expression.And(values.Low64(clone.FieldList), Const(0xFFFF)))));
            case ResubmitStep resubmit:
                return Expression.Assign(code.OfPacket(nameof(PacketState.ResubmitFieldList)), ToInt(Expression.And(values.Low64(resubmit.FieldList), Const(0xFFFF))));
            case RecirculateStep recirculate:
                return Expression.Assign(code.OfPacket(nameof(PacketState.RecirculateFieldList)), ToInt(Expression.And(values.Low64(recirculate.FieldList), Const(0xFFFF))));
            case DigestStep digest:
                return Expression.Assign(code.OfPacket(nameof(PacketState.Digest)), ToInt(Expression.And(values.Low64(digest.Digest), Const(0xFFFF))));
            case TruncateStep truncate:
                return Call(code.Packet, nameof(PacketState.Truncate), values.Low64(truncate.Length));
            case LogStep log:
                return Expression.IfThen(
                    Expression.NotEqual(code.OfState(nameof(SwitchState.Log)), Expression.Constant(null)),
                    Call(code.State, nameof(SwitchState.WriteLog), Expression.Constant(log.Format),
                        Expression.NewArrayInit(typeof(BigInteger), log.Values.Select(v => values.ForLog(v)))));
            case AssertStep assert:
                return Expression.IfThen(
                    Expression.Not(values.Bool(assert.Condition)),
                    Call(code.State, nameof(SwitchState.WriteLog), Expression.Constant(assert.Text), Expression.Constant(Array.Empty<BigInteger>())));
            default:
                return Expression.Empty();
        }
    }

    private static Expression ToInt(Expression e) => Expression.Convert(e, typeof(int));

    private BlockExpression Drop()
    {
        Intrinsics fields = code.Model.Intrinsics;
        List<Expression> steps = [Expression.Assign(code.Word(fields.EgressSpec), Expression.Convert(code.OfState(nameof(SwitchState.DropPort)), typeof(ulong)))];
        if (fields.McastGroup >= 0)
        {
            steps.Add(Expression.Assign(code.Word(fields.McastGroup), Const(0)));
        }

        return Expression.Block(typeof(void), steps);
    }

    private BlockExpression Hash(HashStep hash)
    {
        ParameterExpression size = Expression.Variable(typeof(ulong), "size");
        Expression modulo = Expression.Condition(
            Expression.GreaterThan(size, Const(1)), Expression.Modulo(calculations.Compute(hash.Calculation), size), Const(0));
        return Expression.Block(
            typeof(void), [size],
            Expression.Assign(size, values.Low64(hash.Size)),
            values.StoreWord(hash.Target, Expression.Add(values.Low64(hash.Base), modulo)));
    }

    private BlockExpression TryStore(FieldExpr target, Func<Expression, Expression> compute)
    {
        ParameterExpression value = Expression.Variable(typeof(ulong), "value");
        return Expression.Block(typeof(void), [value], Expression.IfThen(compute(value), values.StoreWord(target, value)));
    }

    private Expression WriteRegister(RegisterWriteStep write)
    {
        Expression register = Expression.Constant(write.Register.Index);
        int width = write.Register.Width;
        if (width > 128)
        {
            return Call(code.State, nameof(SwitchState.WriteBigRegister), register, Expression.Constant(width), values.Low64(write.Index), values.ForLog(write.Value));
        }

        if (width > 64)
        {
            Expression wide = values.Low128(write.Value);
            UInt128 mask = width == 128 ? UInt128.MaxValue : (UInt128.One << width) - 1;
            return Call(code.State, nameof(SwitchState.WriteWideRegister), register, values.Low64(write.Index), Expression.And(wide, Expression.Constant(mask)));
        }

        Expression low = values.Low64(write.Value);
        return Call(code.State, nameof(SwitchState.WriteRegister), register, values.Low64(write.Index), Expression.And(low, Const(ValueCompiler.MaskOf(width))));
    }

    private BlockExpression AddHeader(AddHeaderStep add)
    {
        List<ParameterExpression> variables = [];
        List<Expression> steps = [];
        HeaderType type = add.Header.Type;
        HeaderPlace place = values.PlaceOf(add.Header).Hold(variables, steps);
        if (add.Fast)
        {
            steps.Add(place.MakeValid());
            return Expression.Block(typeof(void), variables, steps);
        }

        List<Expression> fill = [];
        if (type.Slots > 12)
        {
            fill.Add(Call(typeof(Array), nameof(Array.Clear), [typeof(Array), typeof(int), typeof(int)], code.F, place.Slot, Expression.Constant(type.Slots)));
        }
        else
        {
            fill.AddRange(Enumerable.Range(1, type.Slots - 1).Select(i => Expression.Assign(place.Word(i), Const(0))));
        }

        fill.Add(place.MakeValid());
        fill.Add(Expression.AddAssign(code.OfPacket(nameof(PacketState.PacketLength)), Expression.Constant(type.FixedBytes)));
        steps.Add(Expression.IfThen(Expression.Equal(place.Valid, Const(0)), Expression.Block(typeof(void), fill)));
        return Expression.Block(typeof(void), variables, steps);
    }

    private BlockExpression RemoveHeader(HeaderRef header)
    {
        List<ParameterExpression> variables = [];
        List<Expression> steps = [];
        HeaderPlace place = values.PlaceOf(header).Hold(variables, steps);
        Expression bytes = Expression.Constant(header.Type.FixedBytes);
        if (header.Type.Varbit is FieldDef varbit)
        {
            bytes = Expression.Add(bytes, ToInt(place.Word(varbit.Slot)));
        }

        steps.Add(Expression.IfThen(
            Expression.NotEqual(place.Valid, Const(0)),
            Expression.Block(
                typeof(void),
                Expression.SubtractAssign(code.OfPacket(nameof(PacketState.PacketLength)), bytes),
                Expression.Assign(place.Valid, Const(0)))));
        return Expression.Block(typeof(void), variables, steps);
    }

    private BlockExpression AssignHeader(AssignHeaderStep assign)
    {
        List<ParameterExpression> variables = [];
        List<Expression> steps = [];
        HeaderPlace target = values.PlaceOf(assign.Target).Hold(variables, steps);
        HeaderPlace source = values.PlaceOf(assign.Source).Hold(variables, steps);
        List<Expression> copy =
            [Call(typeof(Array), nameof(Array.Copy), [typeof(Array), typeof(int), typeof(Array), typeof(int), typeof(int)], code.F, source.Slot, code.F, target.Slot, Expression.Constant(assign.Source.Type.Slots))];
        if (assign.Source.Type.Varbit is FieldDef varbit)
        {
            copy.Add(CopyVar(source, varbit, target));
        }

        copy.Add(target.MakeValid());

        steps.Add(Expression.IfThenElse(
            Expression.NotEqual(source.Valid, Const(0)), Expression.Block(typeof(void), copy), Expression.Assign(target.Valid, Const(0))));
        return Expression.Block(typeof(void), variables, steps);
    }

    private Expression CopyVar(HeaderPlace source, FieldDef varbit, HeaderPlace target) => Call(
        typeof(Buffer), nameof(Buffer.BlockCopy), code.OfPacket(nameof(PacketState.Var)), source.Var,
        code.OfPacket(nameof(PacketState.Var)), target.Var, ToInt(source.Word(varbit.Slot)));

    private Expression AssignVarbit(AssignVarbitStep assign)
    {
        if (assign.Source.Field.Width > assign.Target.Field.Width)
        {
            code.Fault($"varbit {assign.Source.Field.Name} of {assign.Source.Field.Width} bits is assigned to {assign.Target.Field.Name} of {assign.Target.Field.Width}");
        }

        HeaderPlace source = values.PlaceOf(assign.Source.Header);
        HeaderPlace target = values.PlaceOf(assign.Target.Header);
        return Expression.Block(
            typeof(void),
            Expression.Assign(target.Word(assign.Target.Field.Slot), source.Word(assign.Source.Field.Slot)),
            CopyVar(source, assign.Source.Field, target));
    }

    private BlockExpression AssignStack(AssignStackStep assign)
    {
        StackDef from = assign.Source;
        StackDef to = assign.Target;
        List<Expression> steps =
        [
            Call(typeof(Array), nameof(Array.Copy), [typeof(Array), typeof(int), typeof(Array), typeof(int), typeof(int)], code.F, Expression.Constant(from.FirstSlot),
                code.F, Expression.Constant(to.FirstSlot), Expression.Constant(from.Stride * from.Count)),
            Expression.Assign(code.Word(to.NextSlot), code.Word(from.NextSlot)),
        ];
        int varBytes = from.VarStride * from.Count;
        if (varBytes > 0)
        {
            Expression var = code.OfPacket(nameof(PacketState.Var));
            steps.Add(Call(typeof(Buffer), nameof(Buffer.BlockCopy), var, Expression.Constant(from.FirstVar), var, Expression.Constant(to.FirstVar), Expression.Constant(varBytes)));
        }

        return Expression.Block(typeof(void), steps);
    }

    private Expression MoveStack(string method, StackDef stack, Expr count) => Call(
        typeof(Bits), method, code.Packet, Expression.Constant(stack.FirstSlot), Expression.Constant(stack.Stride),
        Expression.Constant(stack.Count), Expression.Constant(stack.NextSlot), Expression.Constant(stack.FirstVar),
        Expression.Constant(stack.VarStride), values.Low64(count));
}
