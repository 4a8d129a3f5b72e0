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
        List<ParameterExpression[]> keys = [];
        List<Expression> steps = [];
        foreach (KeyPart part in state.Keys)
        {
            IReadOnlyList<Expression> words = part.Value switch
            {
                FieldExpr field => _values.PlaceOf(field.Header).Words(field.Field),
                LookaheadExpr ahead => [.. Enumerable.Range(0, Words.Count(ahead.Width)).Select(i => ReadAhead(ahead, 64 * i, Math.Min(64, ahead.Width - (64 * i))))],
                _ => [],
            };
            ParameterExpression[] key = [.. words.Select(_ => Expression.Variable(typeof(ulong), "key"))];
            steps.AddRange(key.Zip(words, Expression.Assign));
            keys.Add(key);
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
                BigInteger all = (BigInteger.One << state.Keys[i].Width) - 1;
                BigInteger mask = (transition.Masks?[i] ?? all) & all;
                for (int word = 0; word < keys[i].Length; word++)
                {
                    Expression? part = Match(keys[i][word], WordOf(transition.Values[i], word), WordOf(mask, word), WordOf(all, word));
                    matches = part is null ? matches : matches is null ? part : Expression.AndAlso(matches, part);
                }
            }

            steps.Add(matches is null ? go : Expression.IfThen(matches, go));
        }

        steps.Add(Expression.Goto(_stop));
        body.AddRange(_checks);
        _checks.Clear();
        body.Add(Expression.Block(typeof(void), keys.SelectMany(k => k), steps));
    }

    private void SetTransition(Transition transition, ValueSetDef set, StateDef state, List<ParameterExpression[]> keys, Expression go, List<Expression> steps)
    {
        Expression key = _code.OfState(nameof(SwitchState.Key));
        int slot = 0;
        List<ulong> mask = [];
        for (int i = 0; i < keys.Count; i++)
        {
            for (int word = 0; word < keys[i].Length; word++)
            {
                steps.Add(Expression.Assign(Expression.ArrayAccess(key, Expression.Constant(slot++)), keys[i][word]));
                mask.Add(transition.Masks is null ? 0 : WordOf(transition.Masks[i], word));
            }
        }

        Expression valueSet = Expression.ArrayIndex(_code.OfState(nameof(SwitchState.ValueSets)), Expression.Constant(set.Index));
        steps.Add(Expression.IfThen(
            transition.Masks is null
                ? Call(valueSet, nameof(Tables.ValueSet.Contains), key)
                : Call(valueSet, nameof(Tables.ValueSet.ContainsMasked), key, Expression.Constant(mask.ToArray())),
            go));
    }

    private static ulong WordOf(BigInteger value, int word) => (ulong)((value >> (64 * word)) & ulong.MaxValue);

    private static BinaryExpression? Match(ParameterExpression key, ulong value, ulong mask, ulong all) =>
        mask == 0 ? null : Expression.Equal(mask == all ? key : Expression.And(key, Const(mask)), Const(value & mask));

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

    /// <summary>Up to 64 bits of what lies ahead, counted from the lowest bit of the whole.</summary>
    private Expression ReadAhead(LookaheadExpr ahead, int lowBit, int width)
    {
        _checks.Add(Expression.IfThen(
            Expression.LessThan(Left(), Const((ulong)(ahead.BitOffset + ahead.Width + 7) / 8)), Fail("PacketTooShort", 1)));
        int bit = ahead.BitOffset + ahead.Width - lowBit - width;
        return bit % 8 == 0 && width % 8 == 0
            ? Call(typeof(Bits), $"Load{width / 8}", _buffer, BitCode.Offset(_at, bit / 8))
            : Call(typeof(Bits), nameof(Bits.Read64), _buffer, Expression.Add(Expression.Multiply(_at, Expression.Constant(8)), Expression.Constant(bit)), Expression.Constant(width));
    }

    private BlockExpression Extract(ExtractOp extract)
    {
        List<ParameterExpression> variables = [];
        List<Expression> steps = [];
        HeaderType type = extract.Header?.Type ?? extract.Stack!.FirstMember(extract.Member).Type;
        HeaderPlace place;
        if (extract.Header is Header header)
        {
            place = HeaderPlace.Of(_code, header);
        }
        else
        {
            Expression next = _code.Word(extract.Stack!.NextSlot);
            steps.Add(Expression.IfThen(Expression.GreaterThanOrEqual(next, Const((ulong)extract.Stack.Count)), Fail("StackOutOfBounds", 3)));
            place = HeaderPlace.Of(_code, extract.Stack, extract.Member, next).Hold(variables, steps);
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

        steps.Add(place.MakeValid());
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
        if (type.Varbit is null)
        {
            _code.Fault($"header type {type.Name} has no varbit field, but its extraction has a length");
            return;
        }

        Expression count = Expression.Convert(bytes, typeof(int));
        if (beforeBits % 8 != 0)
        {
            ExtractBits(type, place, beforeBits, count, steps);
            return;
        }

        BitCode.Load(variables, steps, _buffer, _at, 0, [.. before.Select(f => RunOf(place, f))]);
        steps.Add(Expression.AddAssign(_at, Expression.Constant(beforeBits / 8)));
        steps.Add(Call(typeof(Buffer), nameof(Buffer.BlockCopy), _buffer, _at, _code.OfPacket(nameof(PacketState.Var)), place.Var, count));
        steps.Add(Expression.Assign(place.Word(type.Varbit.Slot), bytes));
        steps.Add(Expression.AddAssign(_at, count));
        BitCode.Load(variables, steps, _buffer, _at, 0, [.. after.Select(f => RunOf(place, f))]);
        steps.Add(Expression.AddAssign(_at, Expression.Constant(after.Sum(f => f.Width) / 8)));
    }

    /// <summary>A header whose varbit begins inside a byte, field by field.</summary>
    private void ExtractBits(HeaderType type, HeaderPlace place, int varbitAt, Expression count, List<Expression> steps)
    {
        int bit = 0;
        Expression At(int fixedBit) => Expression.Add(Expression.Multiply(_at, Expression.Constant(8)), Expression.Constant(fixedBit));
        foreach (FieldDef field in type.Fields)
        {
            if (field.IsVarbit)
            {
                steps.Add(Call(typeof(Bits), nameof(Bits.CopyBits), _buffer, At(varbitAt), _code.OfPacket(nameof(PacketState.Var)), place.Var, count));
                steps.Add(Expression.Assign(place.Word(field.Slot), Expression.Convert(count, typeof(ulong))));
                steps.Add(Expression.AddAssign(_at, count));
                continue;
            }

            BitRun run = RunOf(place, field);
            int width = run.TopBits;
            for (int word = run.Words.Count - 1; word >= 0; word--)
            {
                steps.Add(Expression.Assign(run.Words[word], Call(typeof(Bits), nameof(Bits.Read64), _buffer, At(bit), Expression.Constant(width))));
                bit += width;
                width = 64;
            }
        }

        steps.Add(Expression.AddAssign(_at, Expression.Constant(type.FixedBytes)));
    }

    private static BitRun RunOf(HeaderPlace place, FieldDef field) =>
        new(field.Width, place.Words(field));
}
