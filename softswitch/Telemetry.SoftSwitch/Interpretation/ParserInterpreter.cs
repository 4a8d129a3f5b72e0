using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Interpretation;

/// <summary>Runs the parser state by state.</summary>
internal sealed class ParserInterpreter(Evaluator e)
{
    private const int NoError = -1;
    private readonly ActionInterpreter _actions = new(e);

    private int Left => e.Packet.Length - e.At;

    /// <summary>The parser error; that of NoError when all went well.</summary>
    public int Run()
    {
        for (int state = e.Model.Parser.Start; state >= 0;)
        {
            StateDef definition = e.Model.Parser.States[state];
            e.Trace?.State(definition.Name);
            foreach (ParserOp op in definition.Ops)
            {
                int error = Execute(op);
                if (error != NoError)
                {
                    return error;
                }
            }

            if (definition.Keys.Any(k => k.Value is LookaheadExpr ahead && TooShort(ahead)))
            {
                return Code("PacketTooShort", 1);
            }

            int next = Next(definition);
            if (next >= 0 && next <= state && --e.State.Budget < 0)
            {
                return Code("ParserTimeout", 6);
            }

            state = next;
        }

        return Code("NoError", 0);
    }

    private int Next(StateDef state)
    {
        BigInteger[] keys = [.. state.Keys.Select(k => k.Value is FieldExpr field
            ? Words.Get(e.F.AsSpan(e.PlaceOf(field.Header).Slot + field.Field.Slot), k.Width)
            : e.Value(k.Value))];
        foreach (Transition transition in state.Transitions)
        {
            bool matches = transition.Set is ValueSetDef set ? InSet(transition, state, keys, set)
                : transition.Values is null || keys.Select((key, i) =>
                {
                    BigInteger all = KeyLayout.PrefixMask(state.Keys[i].Width, state.Keys[i].Width);
                    BigInteger mask = (transition.Masks?[i] ?? all) & all;
                    return (key & mask) == (transition.Values[i] & mask);
                }).All(equal => equal);
            if (matches)
            {
                e.Trace?.Transition(state, keys, transition.Next < 0 ? null : e.Model.Parser.States[transition.Next].Name);
                return transition.Next;
            }
        }

        e.Trace?.Transition(state, keys, null);
        return -1;
    }

    private bool InSet(Transition transition, StateDef state, BigInteger[] keys, ValueSetDef definition)
    {
        ValueSet set = e.State.ValueSets[definition.Index];
        ulong[] words = new ulong[set.KeyWords];
        ulong[] mask = new ulong[set.KeyWords];
        int slot = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            int width = state.Keys[i].Width;
            Words.Put(words, slot, width, keys[i]);
            Words.Put(mask, slot, width, transition.Masks?[i] ?? BigInteger.Zero);
            slot += Words.Count(width);
        }

        return transition.Masks is null ? set.Contains(words) : set.ContainsMasked(words, mask);
    }

    private int Execute(ParserOp op)
    {
        switch (op)
        {
            case ExtractOp extract:
                return Extract(extract);
            case SetOp set:
                if (set.Value is LookaheadExpr ahead && TooShort(ahead))
                {
                    return Code("PacketTooShort", 1);
                }

                e.Store(set.Target, e.Value(set.Value));
                return NoError;
            case VerifyOp verify:
                bool holds = e.Truth(verify.Condition);
                e.Trace?.Verified(holds);
                return holds ? NoError : (int)(long)e.Word(verify.Error);
            case AdvanceOp advance:
                ulong bits = e.Word(advance.Bits);
                if (bits % 8 != 0)
                {
                    return Code("ParserInvalidArgument", 7);
                }

                if (bits / 8 > (ulong)Left)
                {
                    return Code("PacketTooShort", 1);
                }

                e.Trace?.Advanced((int)(bits / 8));
                e.At += (int)(bits / 8);
                return NoError;
            default:
                _actions.Step(((PrimitiveOp)op).Primitive);
                return NoError;
        }
    }

    private int Extract(ExtractOp extract)
    {
        StackDef? stack = extract.Stack;
        if (stack is not null && e.F[stack.NextSlot] >= (ulong)stack.Count)
        {
            return Code("StackOutOfBounds", 3);
        }

        HeaderRef header = stack is null ? new FixedHeader(extract.Header!) : new StackItem(stack, new StackSizeExpr(stack), extract.Member);
        HeaderType type = header.Type;
        ulong varBytes = 0;
        if (extract.VarbitBits is not null)
        {
            ulong bits = e.Word(extract.VarbitBits);
            if (bits % 8 != 0)
            {
                return Code("ParserInvalidArgument", 7);
            }

            varBytes = bits / 8;
        }

        if (varBytes > (ulong)Left || varBytes + (ulong)type.FixedBytes > (ulong)Left)
        {
            return Code("PacketTooShort", 1);
        }

        if (varBytes > (ulong)type.VarBytes)
        {
            return Code("HeaderTooShort", 4);
        }

        (int slot, int var) = e.PlaceOf(header);
        int bit = e.At * 8;
        foreach (FieldDef field in type.Fields)
        {
            if (field.IsVarbit)
            {
                e.F[slot + field.Slot] = varBytes;
                Bits.CopyBits(e.Packet.Buffer, bit, e.Packet.Var, var, (int)varBytes);
                bit += (int)varBytes * 8;
                continue;
            }

            Words.Put(e.F, slot + field.Slot, field.Width, Bits.ReadBig(e.Packet.Buffer, bit, field.Width));
            bit += field.Width;
        }

        if (e.Trace is PacketTrace trace)
        {
            Tell(trace, header, slot, (int)varBytes);
        }

        e.At += type.FixedBytes + (int)varBytes;
        e.MakeValid(slot, header.Siblings);
        if (stack is not null)
        {
            e.F[stack.NextSlot]++;
        }

        return NoError;
    }

    private void Tell(PacketTrace trace, HeaderRef header, int slot, int varBytes)
    {
        string name = e.NameOf(header);
        trace.Extracted(name, header.Type.FixedBytes + varBytes, e.At);
        foreach (FieldDef field in trace.HasFields ? header.Type.Fields : [])
        {
            if (field.IsVarbit)
            {
                trace.Request($"{name}.{field.Name}: {varBytes} bytes");
            }
            else
            {
                trace.Assigned($"{name}.{field.Name}", Words.Get(e.F.AsSpan(slot + field.Slot), field.Width), field.Width);
            }
        }
    }

    private bool TooShort(LookaheadExpr ahead) => Left < (ahead.BitOffset + ahead.Width + 7) / 8;

    private int Code(string error, int otherwise) => e.Model.Errors.TryGetValue(error, out int value) ? value : otherwise;
}
