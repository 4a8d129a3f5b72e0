using P4.V1;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>An action set of one entry, checked.</summary>
internal sealed class OneShot
{
    private readonly (ActionCall Call, int Weight, int WatchPort, byte[] WatchPortBytes)[] _actions;

    private OneShot(ActionProfileActionSet source, (ActionCall, int, int, byte[])[] actions)
    {
        Source = source;
        _actions = actions;
    }

    /// <summary>As the controller wrote it, which is how it is read back.</summary>
    public ActionProfileActionSet Source { get; }

    /// <exception cref="EntityFault">An action, weight or port is wrong, or the set is larger than the profile allows.</exception>
    public static OneShot Parse(ActionProfileActionSet set, BoundTable table, BoundProfile profile)
    {
        if (!Enum.IsDefined(set.ActionSelectionMode) || !Enum.IsDefined(set.SizeSemantics))
        {
            throw EntityFault.Invalid($"{table.Owner}, action set: selection mode {set.ActionSelectionMode}, size semantics {set.SizeSemantics}; modes are HASH and RANDOM, sizes SUM_OF_WEIGHTS and SUM_OF_MEMBERS");
        }

        bool countsMembers = set.SizeSemantics switch
        {
            ActionProfileActionSet.Types.SizeSemantics.SumOfMembers => true,
            ActionProfileActionSet.Types.SizeSemantics.SumOfWeights => false,
            _ => profile.CountsMembers,
        };
        (ActionCall, int, int, byte[])[] actions = new (ActionCall, int, int, byte[])[set.ActionProfileActions.Count];
        GroupRules rules = new(profile, $"{table.Owner}, action set");
        for (int i = 0; i < actions.Length; i++)
        {
            ActionProfileAction action = set.ActionProfileActions[i];
            int watchPort = action.WatchKindCase == ActionProfileAction.WatchKindOneofCase.Watch ? rules.Port(action.Watch) : rules.Port(action.WatchPort);
            actions[i] = (table.Actions.Parse(action.Action, isDefault: false), rules.Weight(action.Weight), watchPort, action.WatchPort.ToByteArray());
        }

        rules.CheckSize(profile.Info.Source.MaxGroupSize, countsMembers, EntityFault.Invalid);
        return new OneShot(set, actions);
    }

    public ActionGroup Add(ActionProfile profile) => profile.AddOneShot(_actions, Source.ActionSelectionMode == ActionProfileActionSet.Types.ActionSelectionMode.Random);
}
