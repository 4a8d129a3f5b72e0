using P4.Config.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Answers;
using Telemetry.SoftSwitch.Service.Requests;
using Telemetry.SoftSwitch.Service.Values;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>The actions of a table, or of the tables of a profile.</summary>
internal sealed class BoundActions
{
    private readonly string _owner;
    private readonly BoundAction[] _byOrder;
    private readonly Dictionary<int, BoundAction> _byIndex = [];
    private readonly P4InfoIndex _info;

    /// <exception cref="P4InfoException">The P4Info names an action that the program's table does not have.</exception>
    public BoundActions(string owner, TableInfo table, TableDef definition, P4InfoIndex info, Translations translations)
    {
        _info = info;
        _owner = owner;
        _byOrder = new BoundAction[table.Actions.Count];
        for (int i = 0; i < _byOrder.Length; i++)
        {
            ActionInfo action = table.Actions[i];
            ActionDef known = definition.Actions.FirstOrDefault(a => a.Name == action.Name)
                ?? throw new P4InfoException($"table {table.Name} has no action {action.Name} in the program; its actions: {string.Join(", ", definition.Actions.Select(a => a.Name))}");
            ActionRef reference = table.Source.ActionRefs.First(r => r.Id == action.Id);
            _byOrder[i] = new BoundAction(owner, action, known, reference.Scope, translations);
            _byIndex[known.Index] = _byOrder[i];
        }
    }

    /// <exception cref="EntityFault">INVALID_ARGUMENT: no such action; the message lists those there are.</exception>
    public BoundAction Get(uint id)
    {
        foreach (BoundAction action in _byOrder)
        {
            if (action.Info.Id == id)
            {
                return action;
            }
        }

        string named = _info.Actions.TryGet(id, out ActionInfo? other) ? $"cannot run action {other.Name} ({id})" : $"has no action with id {id}";
        throw EntityFault.Invalid($"{_owner} {named}; its actions: {string.Join(", ", _byOrder.Select(a => $"{a.Info.Name} ({a.Info.Id})"))}");
    }

    /// <exception cref="EntityFault">No such action here, one whose scope excludes the place, or bad parameters.</exception>
    public ActionCall Parse(P4.V1.Action? call, bool isDefault)
    {
        BoundAction action = Get((call ?? throw EntityFault.Invalid($"{_owner}: there is no action")).ActionId);
        if (action.Scope == (isDefault ? ActionRef.Types.Scope.TableOnly : ActionRef.Types.Scope.DefaultOnly))
        {
            throw EntityFault.Denied($"{_owner}: action {action.Info.Name} is allowed {(isDefault ? "in entries" : "as default action")} only");
        }

        return action.Parse(call);
    }

    /// <summary>The call as the controller would write it; null for nothing, and for an action that the P4Info does not have.</summary>
    public P4.V1.Action? Format(ActionCall call) => _byIndex.TryGetValue(call.Index, out BoundAction? action) ? action.Format(call.Data) : null;

    /// <summary>Writes what <see cref="Format"/> makes; false when it makes nothing.</summary>
    public bool Encode(int field, ActionCall call, MessageWriter to)
    {
        if (!_byIndex.TryGetValue(call.Index, out BoundAction? action))
        {
            return false;
        }

        action.Encode(field, call.Data, to);
        return true;
    }

    /// <summary>Reads an action of an entry from its bytes; false for one that is wrong in any way.</summary>
    public bool TryRead(ReadOnlySpan<byte> message, out ActionCall? call)
    {
        call = null;
        MessageReader reader = new(message);
        if (!reader.TryField(out int field) || field != P4.V1.Action.ActionIdFieldNumber || !reader.TryNumber(out ulong id))
        {
            return false;
        }

        foreach (BoundAction action in _byOrder)
        {
            if (action.Info.Id == id)
            {
                return action.Scope != ActionRef.Types.Scope.DefaultOnly && action.TryRead(ref reader, out call);
            }
        }

        return false;
    }
}
