using System.Linq.Expressions;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using static Telemetry.SoftSwitch.Compilation.CodeContext;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>Code of the parser: bytes to fields, then parser error and checksum verification.</summary>
internal sealed class ParserCompiler
{
    private readonly CodeContext _code;
    private readonly ValueCompiler _values;
    private readonly CalculationCompiler _calculations;
    private readonly ActionCompiler _actions;
    private readonly ParameterExpression _buffer = Expression.Variable(typeof(byte[]), "buffer");
    private readonly ParameterExpression _at = Expression.Variable(typeof(int), "at");
    private readonly ParameterExpression _length = Expression.Variable(typeof(int), "length");
    private readonly ParameterExpression _error = Expression.Variable(typeof(int), "error");
    private readonly LabelTarget _stop = Expression.Label("stop");
    private readonly List<Expression> _checks = [];

    public ParserCompiler(CodeContext code)
    {
        _code = code;
        _values = new ValueCompiler(code) { Lookahead = ReadAhead };
        _calculations = new CalculationCompiler(code);
        _actions = new ActionCompiler(code, _values, _calculations);
    }

    public Stage Compile()
    {
        ProgramModel model = _code.Model;
        List<Expression> body =
        [
            Expression.Assign(_buffer, _code.OfPacket(nameof(PacketState.Buffer))),
            Expression.Assign(_length, _code.OfPacket(nameof(PacketState.Length))),
            Expression.Assign(_error, Expression.Constant(ErrorCode("NoError", 0))),
        ];
        LabelTarget[] labels = [.. model.Parser.States.Select(s => Expression.Label(s.Name))];
        body.Add(Expression.Goto(model.Parser.Start < 0 ? _stop : labels[model.Parser.Start]));
        for (int i = 0; i < labels.Length; i++)
        {
            body.Add(Expression.Label(labels[i]));
            State(model.Parser.States[i], i, labels, body);
        }

        body.Add(Expression.Label(_stop));
        body.Add(Expression.Assign(_code.OfPacket(nameof(PacketState.HeaderEnd)), _at));
        body.Add(Expression.Assign(_code.OfPacket(nameof(PacketState.ParserError)), _error));
        if (model.Intrinsics.ParserError >= 0)
        {
            body.Add(Expression.Assign(_code.Word(model.Intrinsics.ParserError), Expression.Convert(_error, typeof(ulong))));
        }

        foreach (ChecksumDef checksum in model.Checksums.Where(c => c.Verify))
        {
            body.Add(Verify(checksum));
        }

        if (model.Intrinsics.ChecksumError >= 0)
        {
            body.Add(Expression.Assign(
                _code.Word(model.Intrinsics.ChecksumError),
                Expression.Condition(_code.OfPacket(nameof(PacketState.ChecksumError)), Const(1), Const(0))));
        }

        return _code.Compile("parser", [_buffer, _at, _length, _error], body);
    }

    private Expression Verify(ChecksumDef checksum)
    {
        _code.Place = $"checksum {checksum.Name}";
        Expression wrong = Expression.NotEqual(_calculations.Compute(checksum.Calculation), _values.Low64(checksum.Target));
        Expression condition = Expression.NotEqual(_values.PlaceOf(checksum.Target.Header).Valid, Const(0));
        if (checksum.Condition is not null)
        {
            condition = Expression.AndAlso(condition, _values.Bool(checksum.Condition));
        }

        return Expression.IfThen(
            Expression.AndAlso(condition, wrong), Expression.Assign(_code.OfPacket(nameof(PacketState.ChecksumError)), Expression.Constant(true)));
    }

    private void State(StateDef state, int index, LabelTarget[] labels, List<Expression> body)
    {
        for (int i = 0; i < state.Ops.Count; i++)
        {
            _code.Place = $"parser state {state.Name}, operation {i}";
            Expression op = Operation(state.Ops[i]);
            body.AddRange(_checks);
            _checks.Clear();
            body.Add(op);
        }

        _code.Place = $"parser state {state.Name}, transitions";
        List<ParameterExpression> keys = [];
        List<Expression> steps = [];
        foreach (KeyPart part in state.Keys)
        {
            ParameterExpression key = Expression.Variable(part.Width > 64 ? typeof(UInt128) : typeof(ulong), "key");
            Expression value = part.Width > 64 ? _values.Low128(part.Value) : _values.Low64(part.Value);
            if (part.Value is FieldExpr { Field: { Signed: true, Width: < 64 } } field)
            {
                value = Expression.And(value, Const(ValueCompiler.MaskOf(field.Field.Width)));
            }

            keys.Add(key);
            steps.Add(Expression.Assign(key, value));
        }

        foreach (Transition transition in state.Transitions)
        {
            Expression go = Go(transition.Next, index, labels);
            if (transition.Set is ValueSetDef set)
            {
                SetTransition(transition, set, state, keys, go, steps);
                continue;
            }

            if (transition.Values is null)
            {
                steps.Add(go);
                break;
            }

            Expression? matches = null;
            for (int i = 0; i < keys.Count; i++)
            {
                Expression? part = Match(keys[i], transition.Values[i], transition.Masks?[i], state.Keys[i].Width);
                matches = part is null ? matches : matches is null ? part : Expression.AndAlso(matches, part);
            }

            steps.Add(matches is null ? go : Expression.IfThen(matches, go));
        }

        steps.Add(Expression.Goto(_stop));
        body.AddRange(_checks);
        _checks.Clear();
        body.Add(Expression.Block(typeof(void), keys, steps));
    }

    private void SetTransition(Transition transition, ValueSetDef set, StateDef state, List<ParameterExpression> keys, Expression go, List<Expression> steps)
    {
        Expression key = _code.OfState(nameof(SwitchState.Key));
        int slot = 0;
        List<ulong> mask = [];
        for (int i = 0; i < keys.Count; i++)
        {
            bool wide = state.Keys[i].Width > 64;
            steps.Add(Expression.Assign(Expression.ArrayAccess(key, Expression.Constant(slot++)), wide ? Call(typeof(Bits), nameof(Bits.Low), keys[i]) : keys[i]));
            if (wide)
            {
                steps.Add(Expression.Assign(Expression.ArrayAccess(key, Expression.Constant(slot++)), Call(typeof(Bits), nameof(Bits.High), keys[i])));
            }

            for (int word = 0; transition.Masks is not null && word < Words.Count(state.Keys[i].Width); word++)
            {
                mask.Add((ulong)((transition.Masks[i] >> (64 * word)) & ulong.MaxValue));
            }
        }

        Expression valueSet = Expression.ArrayIndex(_code.OfState(nameof(SwitchState.ValueSets)), Expression.Constant(set.Index));
        steps.Add(Expression.IfThen(
            transition.Masks is null
                ? Call(valueSet, nameof(Tables.ValueSet.Contains), key)
                : Call(valueSet, nameof(Tables.ValueSet.ContainsMasked), key, Expression.Constant(mask.ToArray())),
            go));
    }

    private static Expression? Match(ParameterExpression key, BigInteger value, BigInteger? mask, int width)
    {
        BigInteger all = (BigInteger.One << width) - 1;
        BigInteger bits = (mask ?? all) & all;
        if (bits.IsZero)
        {
            return null;
        }

        Expression Number(BigInteger number) => key.Type == typeof(UInt128) ? Expression.Constant((UInt128)number) : Const((ulong)number);
        return Expression.Equal(bits == all ? key : Expression.And(key, Number(bits)), Number(value & bits));
    }

    private Expression Go(int next, int from, LabelTarget[] labels)
    {
        if (next < 0)
        {
            return Expression.Goto(_stop);
        }

        Expression go = Expression.Goto(labels[next]);
        if (next > from)
        {
            return go;
        }

        Expression budget = _code.OfState(nameof(SwitchState.Budget));
        return Expression.Block(
            typeof(void),
            Expression.IfThen(Expression.LessThan(Expression.PreDecrementAssign(budget), Expression.Constant(0)), Fail("ParserTimeout", 6)),
            go);
    }

    private int ErrorCode(string name, int otherwise) => _code.Model.Errors.TryGetValue(name, out int value) ? value : otherwise;

    private BlockExpression Fail(string error, int otherwise) => Expression.Block(
        typeof(void), Expression.Assign(_error, Expression.Constant(ErrorCode(error, otherwise))), Expression.Goto(_stop));

    private Expression Operation(ParserOp op)
    {
        switch (op)
        {
            case ExtractOp extract:
                return Extract(extract);
            case SetOp set:
                return _values.Store(set.Target, set.Value);
            case VerifyOp verify:
                return Expression.IfThen(
                    Expression.Not(_values.Bool(verify.Condition)),
                    Expression.Block(
                        typeof(void),
                        Expression.Assign(_error, Expression.Convert(_values.Low64(verify.Error), typeof(int))),
                        Expression.Goto(_stop)));
            case AdvanceOp advance:
                return Advance(advance);
            case PrimitiveOp primitive:
                return _actions.Compile(primitive.Primitive);
            default:
                throw new ArgumentOutOfRangeException(nameof(op));
        }
    }

    private BlockExpression Advance(AdvanceOp advance)
    {
        ParameterExpression bits = Expression.Variable(typeof(ulong), "bits");
        return Expression.Block(
            typeof(void), [bits],
            Expression.Assign(bits, _values.Low64(advance.Bits)),
            Expression.IfThen(Expression.NotEqual(Expression.And(bits, Const(7)), Const(0)), Fail("ParserInvalidArgument", 7)),
            Expression.IfThen(Expression.GreaterThan(Expression.RightShift(bits, Expression.Constant(3)), Left()), Fail("PacketTooShort", 1)),
            Expression.AddAssign(_at, Expression.Convert(Expression.RightShift(bits, Expression.Constant(3)), typeof(int))));
    }

    /// <summary>Bytes not parsed yet.</summary>
    private UnaryExpression Left() => Expression.Convert(Expression.Subtract(_length, _at), typeof(ulong));

    private Expression ReadAhead(LookaheadExpr ahead)
    {
        _checks.Add(Expression.IfThen(
            Expression.LessThan(Left(), Const((ulong)(ahead.BitOffset + ahead.Width + 7) / 8)), Fail("PacketTooShort", 1)));
        if (ahead.BitOffset % 8 == 0 && ahead.Width % 8 == 0 && ahead.Width <= 64)
        {
            return Call(typeof(Bits), $"Load{ahead.Width / 8}", _buffer, BitCode.Offset(_at, ahead.BitOffset / 8));
        }

        return Call(
            typeof(Bits), ahead.Width > 64 ? nameof(Bits.Read) : nameof(Bits.Read64), _buffer,
            Expression.Add(Expression.Multiply(_at, Expression.Constant(8)), Expression.Constant(ahead.BitOffset)), Expression.Constant(ahead.Width));
    }

    private BlockExpression Extract(ExtractOp extract)
    {
        List<ParameterExpression> variables = [];
        List<Expression> steps = [];
        HeaderType type = extract.Header?.Type ?? extract.Stack!.Type;
        HeaderPlace place;
        if (extract.Header is Header header)
        {
            place = HeaderPlace.Of(_code, header);
        }
        else
        {
            Expression next = _code.Word(extract.Stack!.NextSlot);
            steps.Add(Expression.IfThen(Expression.GreaterThanOrEqual(next, Const((ulong)extract.Stack.Items.Count)), Fail("StackOutOfBounds", 3)));
            place = HeaderPlace.Of(_code, extract.Stack, next).Hold(variables, steps);
        }

        if (extract.VarbitBits is null)
        {
            steps.Add(Expression.IfThen(Expression.LessThan(Expression.Subtract(_length, _at), Expression.Constant(type.FixedBytes)), Fail("PacketTooShort", 1)));
            BitCode.Load(variables, steps, _buffer, _at, 0, [.. type.Fields.Select(f => RunOf(place, f))]);
            steps.Add(Expression.AddAssign(_at, Expression.Constant(type.FixedBytes)));
        }
        else
        {
            ExtractVarbit(type, place, extract.VarbitBits, variables, steps);
        }

        steps.Add(Expression.Assign(place.Valid, Const(1)));
        if (extract.Stack is not null)
        {
            steps.Add(Expression.Assign(_code.Word(extract.Stack.NextSlot), Expression.Add(_code.Word(extract.Stack.NextSlot), Const(1))));
        }

        return Expression.Block(typeof(void), variables, steps);
    }

    private void ExtractVarbit(HeaderType type, HeaderPlace place, Expr length, List<ParameterExpression> variables, List<Expression> steps)
    {
        ParameterExpression bytes = Expression.Variable(typeof(ulong), "bytes");
        variables.Add(bytes);
        steps.Add(Expression.Assign(bytes, _values.Low64(length)));
        steps.Add(Expression.IfThen(Expression.NotEqual(Expression.And(bytes, Const(7)), Const(0)), Fail("ParserInvalidArgument", 7)));
        steps.Add(Expression.Assign(bytes, Expression.RightShift(bytes, Expression.Constant(3))));
        steps.Add(Expression.IfThen(
            Expression.OrElse(
                Expression.GreaterThan(bytes, Left()),
                Expression.GreaterThan(Expression.Add(bytes, Const((ulong)type.FixedBytes)), Left())),
            Fail("PacketTooShort", 1)));
        steps.Add(Expression.IfThen(
            Expression.GreaterThan(bytes, Const((ulong)((type.Varbit?.Width ?? 0) / 8))), Fail("HeaderTooShort", 4)));
        List<FieldDef> before = [.. type.Fields.TakeWhile(f => !f.IsVarbit)];
        List<FieldDef> after = [.. type.Fields.SkipWhile(f => !f.IsVarbit).Skip(1)];
        int beforeBits = before.Sum(f => f.Width);
        if (type.Varbit is null || beforeBits % 8 != 0)
        {
            _code.Fault($"the varbit of header type {type.Name} does not begin at a byte");
            return;
        }

        BitCode.Load(variables, steps, _buffer, _at, 0, [.. before.Select(f => RunOf(place, f))]);
        steps.Add(Expression.AddAssign(_at, Expression.Constant(beforeBits / 8)));
        Expression count = Expression.Convert(bytes, typeof(int));
        steps.Add(Call(typeof(Buffer), nameof(Buffer.BlockCopy), _buffer, _at, _code.OfPacket(nameof(PacketState.Var)), place.Var, count));
        steps.Add(Expression.Assign(place.Word(type.Varbit.Slot), bytes));
        steps.Add(Expression.AddAssign(_at, count));
        BitCode.Load(variables, steps, _buffer, _at, 0, [.. after.Select(f => RunOf(place, f))]);
        steps.Add(Expression.AddAssign(_at, Expression.Constant(after.Sum(f => f.Width) / 8)));
    }

    private static BitRun RunOf(HeaderPlace place, FieldDef field) =>
        new(field.Width, place.Word(field.Slot), field.IsWide ? place.Word(field.Slot + 1) : null);
}
