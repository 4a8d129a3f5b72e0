using P4.V1;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>Numbers of one P4Info in those of another, by the names they stand for.</summary>
internal sealed class IdMap(P4InfoIndex from, P4InfoIndex to)
{
    /// <summary>The id of the object with the same name; 0 when there is none.</summary>
    public static uint Map<T>(NameIndex<T> from, NameIndex<T> to, uint id)
        where T : class, INamedObject =>
        from.TryGet(id, out T? known) && to.FirstOrDefault(o => o.Name == known.Name) is T same ? same.Id : 0;

    /// <summary>The same entry of the other program; null when its table, a key or its action is not there.</summary>
    public TableEntry? Map(TableEntry entry)
    {
        TableEntry result = entry.Clone();
        result.TableId = Map(from.Tables, to.Tables, entry.TableId);
        if (result.TableId == 0)
        {
            return null;
        }

        NameIndex<MatchFieldInfo> fields = from.Tables.Get(entry.TableId).MatchFields;
        NameIndex<MatchFieldInfo> same = to.Tables.Get(result.TableId).MatchFields;
        foreach (FieldMatch match in result.Match)
        {
            match.FieldId = Map(fields, same, match.FieldId);
            if (match.FieldId == 0)
            {
                return null;
            }
        }

        return result.Action is null || Map(result.Action) ? result : null;
    }

    /// <summary>Renumbers an action call; false when the action or a parameter is not there.</summary>
    public bool Map(P4.V1.Action? call)
    {
        if (call is null)
        {
            return false;
        }

        uint id = Map(from.Actions, to.Actions, call.ActionId);
        if (id == 0)
        {
            return false;
        }

        NameIndex<FieldInfo> parameters = from.Actions.Get(call.ActionId).Parameters;
        NameIndex<FieldInfo> same = to.Actions.Get(id).Parameters;
        call.ActionId = id;
        foreach (P4.V1.Action.Types.Param param in call.Params)
        {
            param.ParamId = Map(parameters, same, param.ParamId);
        }

        return call.Params.All(p => p.ParamId != 0);
    }

    private bool Map(TableAction action) => action.TypeCase switch
    {
        TableAction.TypeOneofCase.Action => Map(action.Action),
        TableAction.TypeOneofCase.ActionProfileActionSet => action.ActionProfileActionSet.ActionProfileActions.All(a => Map(a.Action)),
        _ => true,
    };
}
