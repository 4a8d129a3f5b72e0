using System.Linq.Expressions;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using static Telemetry.SoftSwitch.Compilation.CodeContext;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>Code of the deparser: checksum updates, then the valid headers into the switch's output buffer.</summary>
internal sealed class DeparserCompiler(CodeContext code)
{
    private readonly ValueCompiler _values = new(code);
    private readonly CalculationCompiler _calculations = new(code);

    public Stage Compile()
    {
        ParameterExpression buffer = Expression.Variable(typeof(byte[]), "out");
        ParameterExpression at = Expression.Variable(typeof(int), "at");
        List<ParameterExpression> variables = [buffer, at];
        List<Expression> body = [];
        foreach (ChecksumDef checksum in code.Model.Checksums.Where(c => c.Update))
        {
            code.Place = $"checksum {checksum.Name}";
            Expression update = _values.StoreWord(checksum.Target, _calculations.Compute(checksum.Calculation));
            body.Add(checksum.Condition is null ? update : Expression.IfThen(_values.Bool(checksum.Condition), update));
        }

        body.Add(Call(code.State, nameof(SwitchState.EnsureOut), code.Packet));
        body.Add(Expression.Assign(buffer, code.OfState(nameof(SwitchState.Out))));
        foreach (Header header in code.Model.DeparserOrder)
        {
            code.Place = $"deparser, header {header.Name}";
            body.Add(Expression.IfThen(Expression.NotEqual(code.Word(header.Slot), Const(0)), Emit(header, buffer, at)));
        }

        body.Add(Expression.Assign(code.OfState(nameof(SwitchState.OutLength)), at));
        return code.Compile("deparser", variables, body);
    }

    private BlockExpression Emit(Header header, ParameterExpression buffer, ParameterExpression at)
    {
        if (header.Type.Varbit is not null && header.Type.Fields.TakeWhile(f => !f.IsVarbit).Sum(f => f.Width) % 8 != 0)
        {
            return EmitBits(header, buffer, at);
        }

        List<Expression> steps = [];
        List<BitRun> runs = [];
        int offset = 0;
        void Flush()
        {
            BitCode.Store(steps, buffer, at, offset, runs);
            offset += runs.Sum(r => r.Width) / 8;
            runs.Clear();
        }

        foreach (FieldDef field in header.Type.Fields)
        {
            int slot = header.Slot + field.Slot;
            if (!field.IsVarbit)
            {
                runs.Add(new BitRun(field.Width, HeaderPlace.Of(code, header).Words(field)));
                continue;
            }

            Flush();
            steps.Add(Call(
                typeof(Buffer), nameof(Buffer.BlockCopy), code.OfPacket(nameof(PacketState.Var)), Expression.Constant(header.VarOffset),
                buffer, BitCode.Offset(at, offset), Expression.Convert(code.Word(slot), typeof(int))));
            steps.Add(Expression.AddAssign(at, Expression.Convert(code.Word(slot), typeof(int))));
        }

        Flush();
        steps.Add(Expression.AddAssign(at, Expression.Constant(offset)));
        return Expression.Block(typeof(void), steps);
    }

    /// <summary>A header whose varbit begins inside a byte, field by field.</summary>
    private BlockExpression EmitBits(Header header, ParameterExpression buffer, ParameterExpression at)
    {
        Expression bit = Expression.Multiply(at, Expression.Constant(8));
        foreach (FieldDef field in header.Type.Fields)
        {
            bit = field.IsVarbit
                ? Call(
                    typeof(Bits), nameof(Bits.AppendBytes), buffer, bit, code.OfPacket(nameof(PacketState.Var)), Expression.Constant(header.VarOffset),
                    code.Word(header.Slot + field.Slot))
                : BitCode.Append(buffer, bit, new BitRun(field.Width, HeaderPlace.Of(code, header).Words(field)));
        }

        return Expression.Block(typeof(void), Expression.Assign(at, Expression.RightShift(bit, Expression.Constant(3))));
    }
}
