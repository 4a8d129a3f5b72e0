using System.Linq.Expressions;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>Where a header's words and varbit bytes are: constants for a header, computed for an element of a stack.</summary>
internal readonly struct HeaderPlace(CodeContext code, Expression slot, Expression var, IReadOnlyList<int> siblings)
{
    public Expression Slot { get; } = slot;

    public Expression Var { get; } = var;

    public static HeaderPlace Of(CodeContext code, Header header) =>
        new(code, Expression.Constant(header.Slot), Expression.Constant(header.VarOffset), header.Siblings);

    /// <summary>Place of a header of the stack's element by a computed index; an index outside leads to the spill area.</summary>
    public static HeaderPlace Of(CodeContext code, StackDef stack, int member, Expression index)
    {
        Header first = stack.FirstMember(member);
        return new HeaderPlace(
            code,
            CodeContext.Call(typeof(Bits), nameof(Bits.StackSlot), index, Expression.Constant(stack.Count),
                Expression.Constant(first.Slot), Expression.Constant(stack.Stride), Expression.Constant(code.Model.SpillSlot + first.Slot - stack.FirstSlot)),
            CodeContext.Call(typeof(Bits), nameof(Bits.StackVar), index, Expression.Constant(stack.Count),
                Expression.Constant(first.VarOffset), Expression.Constant(stack.VarStride)),
            first.Siblings);
    }

    /// <summary>The header's word at an offset from its validity.</summary>
    public IndexExpression Word(int offset) =>
        Slot is ConstantExpression { Value: int first } ? code.Word(first + offset) : code.Word(Expression.Add(Slot, Expression.Constant(offset)));

    public IndexExpression Valid => Word(0);

    /// <summary>The words of a field, low word first.</summary>
    public IReadOnlyList<Expression> Words(FieldDef field)
    {
        HeaderPlace place = this;
        return [.. Enumerable.Range(field.Slot, field.Words).Select(i => (Expression)place.Word(i))];
    }

    /// <summary>Code that makes the header valid, and the other members of its union invalid.</summary>
    public Expression MakeValid()
    {
        HeaderPlace place = this;
        Expression valid = Expression.Assign(Valid, CodeContext.Const(1));
        return siblings.Count == 0 ? valid
            : Expression.Block(typeof(void), [.. siblings.Select(s => Expression.Assign(place.Word(s), CodeContext.Const(0))), valid]);
    }

    /// <summary>The same place with its slot in a variable, so that a computed one is computed once.</summary>
    public HeaderPlace Hold(List<ParameterExpression> variables, List<Expression> steps)
    {
        if (Slot is ConstantExpression)
        {
            return this;
        }

        ParameterExpression held = Expression.Variable(typeof(int), "slot");
        ParameterExpression heldVar = Expression.Variable(typeof(int), "var");
        variables.Add(held);
        variables.Add(heldVar);
        steps.Add(Expression.Assign(held, Slot));
        steps.Add(Expression.Assign(heldVar, Var));
        return new HeaderPlace(code, held, heldVar, siblings);
    }
}
