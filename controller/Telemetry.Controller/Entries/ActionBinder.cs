using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Entries;

/// <summary>Turns an action's arguments by name into ids and bytes.</summary>
internal static class ActionBinder
{
    public static P4.V1.Action Call(ActionInfo action, ReadOnlySpan<(string Name, P4Value Value)> arguments, List<string> faults)
    {
        P4.V1.Action call = new() { ActionId = action.Id };
        if (action.Parameters.Count > 0)
        {
            call.Params.Capacity = action.Parameters.Count; // its own choice is 8
        }

        foreach ((string name, P4Value value) in arguments)
        {
            if (!action.Parameters.TryGet(name, out FieldInfo? parameter))
            {
                string? close = NameDistance.Closest(name, action.Parameters.Select(p => p.Name));
                faults.Add($"action {action.Name} has no parameter {name}; {(close is null ? "" : $"did you mean {close}? ")}known parameters: {Names(action.Parameters)}");
            }
            else if (Has(call, parameter.Id))
            {
                faults.Add($"action {action.Name}: parameter {parameter.Name} is given twice");
            }
            else
            {
                try
                {
                    call.Params.Add(new P4.V1.Action.Types.Param { ParamId = parameter.Id, Value = parameter.Encode(value) });
                }
                catch (P4ValueException fault)
                {
                    faults.Add($"action {action.Name}: {fault.Message}");
                    call.Params.Add(new P4.V1.Action.Types.Param { ParamId = parameter.Id }); // not missing, and the call is not used
                }
            }
        }

        if (call.Params.Count < action.Parameters.Count)
        {
            string[] missing = [.. action.Parameters.Where(p => !Has(call, p.Id)).Select(p => $"{p.Name} ({p.Width} bits)")];
            faults.Add($"action {action.Name}: no value for {string.Join(", ", missing)}");
        }

        return call;
    }

    public static string Names<T>(NameIndex<T> index)
        where T : class, INamedObject =>
        index.Count == 0 ? "none" : string.Join(", ", index.Select(i => i.Name));

    private static bool Has(P4.V1.Action call, uint parameter)
    {
        for (int i = 0; i < call.Params.Count; i++)
        {
            if (call.Params[i].ParamId == parameter)
            {
                return true;
            }
        }

        return false;
    }
}
