using System.Linq.Expressions;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using static Telemetry.SoftSwitch.Compilation.CodeContext;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>Code of ingress or egress: tables, conditions and the actions they run, as one method.</summary>
internal sealed class PipelineCompiler
{
    private readonly CodeContext _code;
    private readonly ValueCompiler _values;
    private readonly ActionCompiler _actions;
    private readonly ParameterExpression _entry = Expression.Variable(typeof(TableEntry), "entry");
    private readonly ParameterExpression _call = Expression.Variable(typeof(ActionCall), "call");
    private readonly CalculationCompiler _calculations;
    private readonly ParameterExpression _key = Expression.Variable(typeof(ulong[]), "key");
    private readonly LabelTarget _end = Expression.Label("end");
    private readonly Dictionary<string, LabelTarget> _labels = [];

    public PipelineCompiler(CodeContext code)
    {
        _code = code;
        _values = new ValueCompiler(code);
        _calculations = new CalculationCompiler(code);
        _actions = new ActionCompiler(code, _values, _calculations) { GiveUp = _end };
    }

    public Stage Compile(PipelineDef pipeline)
    {
        foreach (string name in (IEnumerable<string>)[.. pipeline.Tables.Select(t => t.Name), .. pipeline.Conditionals.Select(c => c.Name), .. pipeline.Calls.Select(c => c.Name)])
        {
            _labels[name] = Expression.Label(name);
        }

        List<Expression> body = [Expression.Assign(_key, _code.OfState(nameof(SwitchState.Key))), Go(pipeline.Start)];
        foreach (TableDef table in pipeline.Tables)
        {
            _code.Place = $"table {table.Name}";
            body.Add(Expression.Label(_labels[table.Name]));
            Table(table, body);
        }

        foreach (ConditionalDef conditional in pipeline.Conditionals)
        {
            _code.Place = $"condition {conditional.Name}";
            body.Add(Expression.Label(_labels[conditional.Name]));
            body.Add(Expression.IfThenElse(_values.Bool(conditional.Condition), Go(conditional.TrueNext), Go(conditional.FalseNext)));
        }

        foreach (ActionCallDef call in pipeline.Calls)
        {
            body.Add(Expression.Label(_labels[call.Name]));
            body.Add(Action(call.Action));
            body.Add(Go(call.Next));
        }

        body.Add(Expression.Label(_end));
        return _code.Compile(pipeline.Name, [_entry, _call, _key], body);
    }

    private GotoExpression Go(string? next) => Expression.Goto(next is not null && _labels.TryGetValue(next, out LabelTarget? label) ? label : _end);

    /// <summary>The action's code; after an exit the pipeline ends with the action, as in BMv2.</summary>
    private Expression Action(ActionDef action)
    {
        Expression body = _actions.Compile(action);
        return action.Primitives.Any(p => p is ExitStep)
            ? Expression.Block(typeof(void), body, Expression.IfThen(_code.OfPacket(nameof(PacketState.Exit)), Expression.Goto(_end)))
            : body;
    }

    private void Table(TableDef table, List<Expression> body)
    {
        bool keyless = table.Keys.Count == 0;
        if (keyless && table is { DefaultIsConst: true, DefaultAction: ActionDef only } && only.Params.Count == 0)
        {
            body.Add(Action(only));
            body.Add(Go(table.NextByHit ? table.MissNext : NextOf(table, only)));
            return;
        }

        foreach (KeyDef key in table.Keys)
        {
            StoreKey(key, body);
        }

        Expression tableObject = Expression.ArrayIndex(_code.OfState(nameof(SwitchState.Tables)), Expression.Constant(table.Index));
        body.Add(Expression.Assign(_entry, keyless
            ? Expression.Property(tableObject, nameof(Tables.Table.Default))
            : Call(tableObject, nameof(Tables.Table.Apply), _code.State, _code.Packet)));
        if (table is { DirectMeter: >= 0, MeterTarget: FieldExpr meterTarget })
        {
            // BMv2 meters hits only; a miss is metered where a controller gave the default entry rates, which BMv2 refuses.
            body.Add(Expression.IfThen(
                Expression.OrElse(
                    Expression.Not(Expression.Field(_entry, nameof(TableEntry.IsDefault))),
                    Expression.NotEqual(Expression.Field(_entry, nameof(TableEntry.Meter)), Expression.Constant(null))),
                _values.StoreWord(meterTarget, Call(typeof(Tables.Table), nameof(Tables.Table.ExecuteMeter), _entry, _code.State, _code.Packet))));
        }

        body.Add(Expression.Assign(_call, Choose(table)));
        body.Add(Expression.Assign(_code.Data, Expression.Field(_call, nameof(ActionCall.Data))));
        List<SwitchCase> cases = [];
        foreach (ActionDef action in table.Actions.Append(table.DefaultAction).OfType<ActionDef>().DistinctBy(a => a.Index))
        {
            Expression code = Action(action);
            if (!table.NextByHit)
            {
                code = Expression.Block(typeof(void), code, Go(NextOf(table, action)));
            }

            // p4c copies an action for each table that has it; a member that tables share may carry another table's copy.
            IEnumerable<ActionDef> copies = table.Profile is null ? [action] : _code.Model.Actions.Where(a => a.Name == action.Name && a.Params.Select(p => p.Width).SequenceEqual(action.Params.Select(p => p.Width)));
            cases.Add(Expression.SwitchCase(Expression.Block(typeof(void), code), copies.Select(c => Expression.Constant(c.Index))));
        }

        if (cases.Count > 0)
        {
            body.Add(Expression.Switch(typeof(void), Expression.Field(_call, nameof(ActionCall.Index)), null, null, cases));
        }

        body.Add(table.NextByHit
            ? Expression.IfThenElse(Expression.Field(_entry, nameof(TableEntry.IsDefault)), Go(table.MissNext), Go(table.HitNext))
            : Go(table.DefaultNext));
    }

    /// <summary>The entry's action, which a profile keeps elsewhere; a group's is chosen by the selector's hash.</summary>
    private Expression Choose(TableDef table)
    {
        if (table.Profile is null)
        {
            return Expression.Field(_entry, nameof(TableEntry.Call));
        }

        Expression resolved = Call(_entry, nameof(TableEntry.Resolve));
        Expression group = Expression.Field(_entry, nameof(TableEntry.Group));
        Expression hash = table.Profile.Selector is CalculationDef selector ? _calculations.Compute(selector) : Const(0);
        return Expression.Condition(Expression.Equal(group, Expression.Constant(null)), resolved, Call(group, nameof(ActionGroup.Choose), hash));
    }

    private static string? NextOf(TableDef table, ActionDef action) =>
        table.NextByAction.TryGetValue(action.Index, out string? next) ? next : table.DefaultNext;

    private void StoreKey(KeyDef key, List<Expression> body)
    {
        FieldExpr field = (FieldExpr)key.Value;
        HeaderPlace place = _values.PlaceOf(field.Header);
        for (int i = 0; i < key.Words; i++)
        {
            Expression word = place.Word(field.Field.Slot + i);
            if (key.Mask is System.Numerics.BigInteger mask)
            {
                word = Expression.And(word, Const((ulong)((mask >> (64 * i)) & ulong.MaxValue)));
            }

            body.Add(Expression.Assign(Expression.ArrayAccess(_key, Expression.Constant(key.Slot + i)), word));
        }
    }
}
