using System.Linq.Expressions;
using System.Reflection;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>A compiled part of a program.</summary>
internal delegate void Stage(PacketState packet, SwitchState state);

/// <summary>The variables that the code of one stage uses, and the faults found while writing it.</summary>
internal sealed class CodeContext(ProgramModel model, List<string> faults)
{
    public ProgramModel Model { get; } = model;

    public ParameterExpression Packet { get; } = Expression.Parameter(typeof(PacketState), "packet");

    public ParameterExpression State { get; } = Expression.Parameter(typeof(SwitchState), "state");

    /// <summary>The packet's field words.</summary>
    public ParameterExpression F { get; } = Expression.Variable(typeof(ulong[]), "f");

    /// <summary>Words of the running action's parameters.</summary>
    public ParameterExpression Data { get; } = Expression.Variable(typeof(ulong[]), "data");

    /// <summary>What is being compiled, for faults.</summary>
    public string Place { get; set; } = "";

    public void Fault(string what)
    {
        string line = $"{Place}: {what}";
        if (!faults.Contains(line))
        {
            faults.Add(line);
        }
    }

    public IndexExpression Word(int slot) => Expression.ArrayAccess(F, Expression.Constant(slot));

    public IndexExpression Word(Expression slot) => Expression.ArrayAccess(F, slot);

    public MemberExpression OfPacket(string field) => Expression.Field(Packet, field);

    public MemberExpression OfState(string field) => Expression.Field(State, field);

    public static Expression Const(ulong value) => Expression.Constant(value);

    public static Expression Call(Type type, string method, params Expression[] args) =>
        Expression.Call(type.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!, args);

    public static Expression Call(Type type, string method, Type[] types, params Expression[] args) =>
        Expression.Call(type.GetMethod(method, types)!, args);

    public static Expression Call(Expression instance, string method, params Expression[] args) =>
        Expression.Call(instance, instance.Type.GetMethod(method)!, args);

    public static Expression Seq(IReadOnlyList<Expression> steps) => steps.Count switch
    {
        0 => Expression.Empty(),
        1 => steps[0],
        _ => Expression.Block(typeof(void), steps),
    };

    /// <summary>Makes the stage of the statements; its variables start at zero.</summary>
    public Stage Compile(string name, IEnumerable<ParameterExpression> variables, IEnumerable<Expression> body)
    {
        BlockExpression block = Expression.Block(
            typeof(void), [F, Data, .. variables], [Expression.Assign(F, Expression.Field(Packet, nameof(PacketState.F))), .. body]);
        return Expression.Lambda<Stage>(block, name, [Packet, State]).Compile();
    }
}
