using P4.V1;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;
using SwitchEntry = Telemetry.SoftSwitch.Tables.TableEntry;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>What an entry shall run: an action, a member, a group, or a set of actions of its own; nothing set leaves it as it is.</summary>
internal readonly record struct EntryAction
{
    private readonly ActionCall? _call;
    private readonly uint _memberId;
    private readonly uint _groupId;
    private readonly OneShot? _oneShot;

    public EntryAction(ActionCall call) => _call = call;

    private EntryAction(uint memberId, uint groupId, OneShot? oneShot)
    {
        _memberId = memberId;
        _groupId = groupId;
        _oneShot = oneShot;
    }

    public bool IsUnset => _call is null && _memberId == 0 && _groupId == 0 && _oneShot is null;

    /// <exception cref="EntityFault">The action does not suit the table, or is wrong in itself.</exception>
    public static EntryAction Parse(TableAction? action, BoundTable table, PipelineBinding binding, bool isDefault)
    {
        if (action is null || action.TypeCase == TableAction.TypeOneofCase.None)
        {
            return default;
        }

        if (table.Info.Implementation is not { } implementation)
        {
            return action.TypeCase == TableAction.TypeOneofCase.Action
                ? new EntryAction(table.Actions.Parse(action.Action, isDefault))
                : throw EntityFault.Invalid($"{table.Owner}: its entries hold actions; the entry has {Name(action.TypeCase)}");
        }

        string takes = implementation.IsSelector ? "members, groups or action sets" : "members";
        switch (action.TypeCase)
        {
            case TableAction.TypeOneofCase.ActionProfileMemberId when action.ActionProfileMemberId != 0:
                return new EntryAction(action.ActionProfileMemberId, 0, null);
            case TableAction.TypeOneofCase.ActionProfileGroupId when implementation.IsSelector && action.ActionProfileGroupId != 0:
                return new EntryAction(0, action.ActionProfileGroupId, null);
            case TableAction.TypeOneofCase.ActionProfileActionSet when implementation.IsSelector:
                return new EntryAction(0, 0, OneShot.Parse(action.ActionProfileActionSet, table, binding.Profile(implementation.Id)));
            default:
                throw EntityFault.Invalid($"{table.Owner}: action profile {implementation.Name} takes {takes} with ids above 0; the entry has {Name(action.TypeCase)}");
        }
    }

    /// <summary>Lets the entry run it.</summary>
    /// <returns>Why it cannot; null when it does.</returns>
    public EntityFault? Bind(SwitchEntry entry, BoundTable table, ChangeContext context)
    {
        if (_call is not null)
        {
            entry.SetAction(_call);
            return null;
        }

        ActionProfile profile = context.Pipeline.State.ActionProfiles[table.Definition.Profile!.Index];
        if (_oneShot is not null)
        {
            if (profile.Members.Count > 0 || profile.Groups.Count > 0)
            {
                return EntityFault.Invalid($"{table.Owner}: action profile {profile.Definition.Name} has members and groups; action sets cannot be mixed with them");
            }

            Release(entry, profile, context.Pipeline);
            ActionGroup group = _oneShot.Add(profile);
            context.Pipeline.OneShots[group] = _oneShot.Source;
            context.Pipeline.OneShotCounts[profile] = context.Pipeline.OneShotCounts.GetValueOrDefault(profile) + 1;
            entry.SetGroup(group);
            return null;
        }

        if (_memberId != 0)
        {
            if (profile.FindMember(_memberId) is not ActionMember member)
            {
                return EntityFault.NotFound($"{table.Owner}: action profile {profile.Definition.Name} has no member {_memberId}");
            }

            Release(entry, profile, context.Pipeline);
            entry.SetMember(member);
            return null;
        }

        if (profile.FindGroup(_groupId) is not ActionGroup found)
        {
            return EntityFault.NotFound($"{table.Owner}: action profile {profile.Definition.Name} has no group {_groupId}");
        }

        Release(entry, profile, context.Pipeline);
        entry.SetGroup(found);
        return null;
    }

    /// <summary>Forgets the action set of an entry that goes, or gets another action.</summary>
    public static void Release(SwitchEntry entry, ActionProfile profile, Pipeline pipeline)
    {
        if (entry.Group is ActionGroup group && pipeline.OneShots.Remove(group))
        {
            profile.RemoveOneShot(group);
            pipeline.OneShotCounts[profile]--;
        }
    }

    private static string Name(TableAction.TypeOneofCase kind) => kind switch
    {
        TableAction.TypeOneofCase.Action => "an action",
        TableAction.TypeOneofCase.ActionProfileMemberId => "a member id",
        TableAction.TypeOneofCase.ActionProfileGroupId => "a group id",
        _ => "an action set",
    };
}
