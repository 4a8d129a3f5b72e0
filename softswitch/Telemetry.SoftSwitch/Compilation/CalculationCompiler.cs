using System.Linq.Expressions;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using static Telemetry.SoftSwitch.Compilation.CodeContext;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>Code that lays out the input of a hash or checksum in the scratch buffer and computes it. Fields of invalid headers are left out.</summary>
internal sealed class CalculationCompiler(CodeContext code)
{
    /// <summary>The result as a ulong.</summary>
    public Expression Compute(CalculationDef calculation)
    {
        ParameterExpression buffer = Expression.Variable(typeof(byte[]), "scratch");
        ParameterExpression length = Expression.Variable(typeof(int), "length");
        List<ParameterExpression> variables = [buffer, length];
        List<Expression> steps = [Expression.Assign(buffer, code.OfState(nameof(SwitchState.Scratch))), Expression.Assign(length, Expression.Constant(0))];
        List<CalculationInput> inputs = [.. calculation.Inputs.SelectMany(Flatten)];
        if (Chunks(inputs) is List<(Header? Guard, List<CalculationInput> Inputs)> chunks)
        {
            foreach ((Header? guard, List<CalculationInput> chunk) in chunks)
            {
                steps.Add(Guarded(guard, StoreChunk(chunk, buffer, length)));
            }
        }
        else
        {
            // Some header ends inside a byte: positions depend on which headers are valid, so count bits.
            foreach (CalculationInput input in inputs)
            {
                steps.Add(Guarded(GuardOf(input), AppendBits(input, buffer, length)));
            }

            steps.Add(Expression.Assign(length, Expression.RightShift(Expression.Add(length, Expression.Constant(7)), Expression.Constant(3))));
        }

        if (calculation.WithPayload)
        {
            steps.Add(Expression.Assign(length, Call(code.State, nameof(SwitchState.AppendPayload), code.Packet, length)));
            steps.Add(Expression.Assign(buffer, code.OfState(nameof(SwitchState.Scratch))));
        }

        steps.Add(Hashes.IsStateful(calculation.Algorithm)
            ? Call(Expression.ArrayIndex(code.OfState(nameof(SwitchState.RoundRobins)), Expression.Constant(calculation.Index)), nameof(RoundRobin.Compute), buffer, length)
            : Expression.Call(Hashes.Find(calculation.Algorithm).Method, buffer, length));
        return Expression.Block(typeof(ulong), variables, steps);
    }

    /// <summary>Bytes that the input takes at most, without payload.</summary>
    public static int MaxBytes(CalculationDef calculation) =>
        (calculation.Inputs.Sum(i => i.Header is Header header ? header.Type.MaxBytes * 8 : i.Width) / 8) + 8;

    private static IEnumerable<CalculationInput> Flatten(CalculationInput input) => input.Header is not Header header
        ? [input]
        : header.Type.Fields.Select(f => new CalculationInput(new FieldExpr(new FixedHeader(header), f), 0, f.Width, null));

    private static Header? GuardOf(CalculationInput input) =>
        input.Field?.Header is FixedHeader { Header.IsMetadata: false } place ? place.Header : null;

    private Expression Guarded(Header? guard, Expression step) =>
        guard is null ? step : Expression.IfThen(Expression.NotEqual(code.Word(guard.Slot), Const(0)), step);

    /// <summary>Runs of inputs with the same guard, or null when one of them ends inside a byte.</summary>
    private static List<(Header? Guard, List<CalculationInput> Inputs)>? Chunks(List<CalculationInput> inputs)
    {
        List<(Header? Guard, List<CalculationInput> Inputs)> chunks = [];
        foreach (CalculationInput input in inputs)
        {
            Header? guard = GuardOf(input);
            if (chunks.Count == 0 || chunks[^1].Guard != guard)
            {
                chunks.Add((guard, []));
            }

            chunks[^1].Inputs.Add(input);
        }

        foreach ((_, List<CalculationInput> chunk) in chunks)
        {
            int bits = 0;
            foreach (CalculationInput input in chunk)
            {
                if (input.Field?.Field.IsVarbit == true)
                {
                    if (bits % 8 != 0)
                    {
                        return null;
                    }
                }
                else
                {
                    bits += input.Width;
                }
            }

            if (bits % 8 != 0)
            {
                return null;
            }
        }

        return chunks;
    }

    private BlockExpression StoreChunk(List<CalculationInput> chunk, ParameterExpression buffer, ParameterExpression length)
    {
        List<Expression> steps = [];
        List<BitRun> runs = [];
        void Flush()
        {
            BitCode.Store(steps, buffer, length, 0, runs);
            if (runs.Count > 0)
            {
                steps.Add(Expression.AddAssign(length, Expression.Constant(runs.Sum(r => r.Width) / 8)));
            }

            runs.Clear();
        }

        foreach (CalculationInput input in chunk)
        {
            if (input.Field is { Field.IsVarbit: true, Header: FixedHeader { Header: Header header } } varbit)
            {
                Flush();
                Expression bytes = Expression.Convert(code.Word(header.Slot + varbit.Field.Slot), typeof(int));
                steps.Add(Call(typeof(Buffer), nameof(Buffer.BlockCopy), code.OfPacket(nameof(PacketState.Var)), Expression.Constant(header.VarOffset), buffer, length, bytes));
                steps.Add(Expression.AddAssign(length, bytes));
            }
            else
            {
                runs.Add(RunOf(input));
            }
        }

        Flush();
        steps.Add(Expression.Empty());
        return Expression.Block(typeof(void), steps);
    }

    private BinaryExpression AppendBits(CalculationInput input, ParameterExpression buffer, ParameterExpression bits)
    {
        if (input.Field is { Field.IsVarbit: true, Header: FixedHeader { Header: Header header } } varbit)
        {
            return Expression.Assign(bits, Call(
                typeof(Bits), nameof(Bits.AppendBytes), buffer, bits, code.OfPacket(nameof(PacketState.Var)), Expression.Constant(header.VarOffset), code.Word(header.Slot + varbit.Field.Slot)));
        }

        return Expression.Assign(bits, BitCode.Append(buffer, bits, RunOf(input)));
    }

    private BitRun RunOf(CalculationInput input)
    {
        if (input.Field is { Header: FixedHeader { Header: Header header } } field)
        {
            return new BitRun(field.Field.Width, HeaderPlace.Of(code, header).Words(field.Field));
        }

        BigInteger value = input.Constant & ((BigInteger.One << input.Width) - 1);
        return new BitRun(input.Width, [.. Enumerable.Range(0, Words.Count(input.Width)).Select(i => Const((ulong)((value >> (64 * i)) & ulong.MaxValue)))]);
    }
}
