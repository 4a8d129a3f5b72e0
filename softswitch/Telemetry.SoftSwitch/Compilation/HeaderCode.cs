using System.Linq.Expressions;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>Where a header's words and varbit bytes are: constants for a header, computed for an element of a stack.</summary>
internal readonly struct HeaderPlace(CodeContext code, Expression slot, Expression var)
{
    public Expression Slot { get; } = slot;

    public Expression Var { get; } = var;

    public static HeaderPlace Of(CodeContext code, Header header) =>
        new(code, Expression.Constant(header.Slot), Expression.Constant(header.VarOffset));

    /// <summary>Place of the stack's element by a computed index; an index outside leads to the spill area.</summary>
    public static HeaderPlace Of(CodeContext code, HeaderStack stack, Expression index) => new(
        code,
        CodeContext.Call(typeof(Bits), nameof(Bits.StackSlot), index, Expression.Constant(stack.Items.Count),
            Expression.Constant(stack.Items[0].Slot), Expression.Constant(stack.Type.Slots), Expression.Constant(code.Model.SpillSlot)),
        CodeContext.Call(typeof(Bits), nameof(Bits.StackVar), index, Expression.Constant(stack.Items.Count),
            Expression.Constant(stack.Items[0].VarOffset), Expression.Constant((stack.Type.Varbit?.Width ?? 0) / 8)));

    /// <summary>The header's word at an offset from its validity.</summary>
    public IndexExpression Word(int offset) =>
        Slot is ConstantExpression { Value: int first } ? code.Word(first + offset) : code.Word(Expression.Add(Slot, Expression.Constant(offset)));

    public IndexExpression Valid => Word(0);

    /// <summary>The same place with its slot in a variable, so that a computed one is computed once.</summary>
    public HeaderPlace Hold(List<ParameterExpression> variables, List<Expression> steps)
    {
        if (Slot is ConstantExpression)
        {
            return this;
        }

        ParameterExpression held = Expression.Variable(typeof(int), "slot");
        variables.Add(held);
        steps.Add(Expression.Assign(held, Slot));
        return new HeaderPlace(code, held, Var);
    }
}
