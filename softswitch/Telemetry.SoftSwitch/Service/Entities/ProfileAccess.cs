using Google.Protobuf;
using P4.V1;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>Members and groups of action profiles.</summary>
internal sealed class ProfileAccess(Pipeline pipeline)
{
    /// <exception cref="EntityFault">The update is wrong whatever the profile holds.</exception>
    public EntityChange Prepare(Update.Types.Type type, ActionProfileMember member)
    {
        BoundProfile bound = pipeline.Binding.Profile(member.ActionProfileId);
        string place = $"{bound.Owner}, member {member.MemberId}";
        if (member.MemberId == 0)
        {
            throw EntityFault.Invalid($"{bound.Owner}: member ids are at least 1");
        }

        ActionCall? call = type == Update.Types.Type.Delete ? null : bound.Actions.Parse(member.Action, isDefault: false);
        return new SimpleChange(context =>
        {
            ActionProfile profile = ProfileOf(bound, context.Pipeline);
            ActionMember? known = profile.FindMember(member.MemberId);
            switch (type)
            {
                case Update.Types.Type.Insert:
                    return known is not null ? EntityFault.Exists($"{place} exists already") : Add(profile);
                case Update.Types.Type.Modify when known is not null:
                    ActionCall before = known.Call;
                    known.Call = call!;
                    if (context.KeepsUndo)
                    {
                        context.OnUndo(() => known.Call = before);
                    }

                    return null;
                case Update.Types.Type.Delete when known is not null:
                    if (known.References > 0)
                    {
                        return EntityFault.Precondition($"{place} is used by {known.References} entries and groups");
                    }

                    profile.RemoveMember(known);
                    if (context.KeepsUndo)
                    {
                        context.OnUndo(() => profile.AddMember(known.Id, known.Call));
                    }

                    return null;
                default:
                    return EntityFault.NotFound($"{place} does not exist");
            }

            EntityFault? Add(ActionProfile to)
            {
                if (context.Pipeline.OneShotCounts.GetValueOrDefault(to) > 0)
                {
                    return EntityFault.Invalid($"{bound.Owner} is programmed with action sets; members and groups cannot be mixed with them");
                }

                if (bound.Info.Size > 0 && to.Members.Count >= bound.Info.Size)
                {
                    return EntityFault.Full($"{bound.Owner} is full: {bound.Info.Size} members");
                }

                ActionMember added = to.AddMember(member.MemberId, call!);
                if (context.KeepsUndo)
                {
                    context.OnUndo(() => to.RemoveMember(added));
                }

                return null;
            }
        })
        { ObjectId = member.ActionProfileId };
    }

    /// <exception cref="EntityFault">The update is wrong whatever the profile holds.</exception>
    public EntityChange Prepare(Update.Types.Type type, ActionProfileGroup group)
    {
        BoundProfile bound = pipeline.Binding.Profile(group.ActionProfileId);
        string place = $"{bound.Owner}, group {group.GroupId}";
        if (!bound.Info.IsSelector || group.GroupId == 0)
        {
            throw EntityFault.Invalid(bound.Info.IsSelector ? $"{bound.Owner}: group ids are at least 1" : $"{bound.Owner} has no selector, so no groups");
        }

        (int Weight, int Port)[] shares = type == Update.Types.Type.Delete ? [] : Check(group, bound, place);
        return new SimpleChange(context =>
        {
            ActionProfile profile = ProfileOf(bound, context.Pipeline);
            ActionGroup? known = profile.FindGroup(group.GroupId);
            if (type == Update.Types.Type.Insert ? known is not null : known is null)
            {
                return known is not null ? EntityFault.Exists($"{place} exists already") : EntityFault.NotFound($"{place} does not exist");
            }

            if (type == Update.Types.Type.Delete)
            {
                return Delete(profile, known!, place, context);
            }

            if (known is not null && known.MaxSize != group.MaxSize)
            {
                return EntityFault.Invalid($"{place}: its max_size is {known.MaxSize} and cannot change to {group.MaxSize}");
            }

            if (context.Pipeline.OneShotCounts.GetValueOrDefault(profile) > 0)
            {
                return EntityFault.Invalid($"{bound.Owner} is programmed with action sets; members and groups cannot be mixed with them");
            }

            GroupMember[] members = new GroupMember[group.Members.Count];
            for (int i = 0; i < members.Length; i++)
            {
                ActionProfileGroup.Types.Member given = group.Members[i];
                if (profile.FindMember(given.MemberId) is not ActionMember member)
                {
                    return EntityFault.NotFound($"{place}: {bound.Owner} has no member {given.MemberId}");
                }

                members[i] = new GroupMember(member, shares[i].Weight, shares[i].Port, WatchBytes(given));
            }

            GroupMember[]? before = known is null ? null : [.. known.Members];
            ActionGroup target = known ?? profile.AddGroup(group.GroupId, group.MaxSize);
            target.SetMembers(members);
            if (context.KeepsUndo)
            {
                context.OnUndo(() =>
                {
                    if (before is null)
                    {
                        profile.RemoveGroup(target);
                    }
                    else
                    {
                        target.SetMembers(before);
                    }
                });
            }

            return null;
        })
        { ObjectId = group.ActionProfileId };
    }

    /// <exception cref="EntityFault">No such profile.</exception>
    public IEnumerable<Entity> Read(ActionProfileMember filter, Func<uint, bool> isAllowed)
    {
        List<(BoundProfile, uint, ActionCall)> found = [];
        foreach (BoundProfile bound in Select(filter.ActionProfileId, isAllowed))
        {
            foreach (ActionMember member in ProfileOf(bound, pipeline).Members)
            {
                if (filter.MemberId == 0 || member.Id == filter.MemberId)
                {
                    found.Add((bound, member.Id, member.Call));
                }
            }
        }

        return found.Select(f => new Entity
        {
            ActionProfileMember = new ActionProfileMember { ActionProfileId = f.Item1.Info.Id, MemberId = f.Item2, Action = f.Item1.Actions.Format(f.Item3) },
        });
    }

    /// <exception cref="EntityFault">No such profile.</exception>
    public IEnumerable<Entity> Read(ActionProfileGroup filter, Func<uint, bool> isAllowed)
    {
        List<(BoundProfile, ActionGroup, IReadOnlyList<GroupMember>)> found = [];
        foreach (BoundProfile bound in Select(filter.ActionProfileId, isAllowed))
        {
            foreach (ActionGroup group in ProfileOf(bound, pipeline).Groups)
            {
                if (filter.GroupId == 0 || group.Id == filter.GroupId)
                {
                    found.Add((bound, group, group.Members));
                }
            }
        }

        return found.Select(f => new Entity { ActionProfileGroup = Format(f.Item1, f.Item2, f.Item3) });
    }

    private static ActionProfile ProfileOf(BoundProfile bound, Pipeline pipeline) => pipeline.State.ActionProfiles[bound.Definition.Index];

    private static EntityFault? Delete(ActionProfile profile, ActionGroup group, string place, ChangeContext context)
    {
        if (group.References > 0)
        {
            return EntityFault.Precondition($"{place} is used by {group.References} entries");
        }

        GroupMember[] members = [.. group.Members];
        profile.RemoveGroup(group);
        if (context.KeepsUndo)
        {
            context.OnUndo(() => profile.AddGroup(group.Id, group.MaxSize).SetMembers(members));
        }

        return null;
    }

    private static (int Weight, int Port)[] Check(ActionProfileGroup group, BoundProfile bound, string place)
    {
        int most = bound.Info.Source.MaxGroupSize;
        if (group.MaxSize < 0 || (most > 0 && (group.MaxSize == 0 || group.MaxSize > most)))
        {
            throw EntityFault.Invalid($"{place}: a max_size of {group.MaxSize}; it is {(most > 0 ? $"1 to {most}" : "at least 0")}");
        }

        (int, int)[] shares = new (int, int)[group.Members.Count];
        GroupRules rules = new(bound, place);
        HashSet<uint> given = [];
        for (int i = 0; i < shares.Length; i++)
        {
            ActionProfileGroup.Types.Member member = group.Members[i];
            if (!given.Add(member.MemberId))
            {
                throw EntityFault.Invalid($"{place}: member {member.MemberId} is given twice; its weight makes it count more");
            }

            int port = member.WatchKindCase == ActionProfileGroup.Types.Member.WatchKindOneofCase.Watch ? rules.Port(member.Watch) : rules.Port(member.WatchPort);
            shares[i] = (rules.Weight(member.Weight), port);
        }

        rules.CheckSize(group.MaxSize, bound.CountsMembers, EntityFault.Full);
        return shares;
    }

    /// <summary>The port as it is read back; a leading zero byte marks one that came in the older field.</summary>
    private static byte[] WatchBytes(ActionProfileGroup.Types.Member member) =>
        member.WatchKindCase == ActionProfileGroup.Types.Member.WatchKindOneofCase.Watch
            ? [0, .. BitConverter.GetBytes(member.Watch)]
            : Telemetry.P4Runtime.Values.CanonicalBytes.IsCanonical(member.WatchPort.Span) ? member.WatchPort.ToByteArray()
            : member.WatchPort.IsEmpty ? [] : Telemetry.P4Runtime.Values.CanonicalBytes.Canonicalize(member.WatchPort).ToByteArray();

    private static ActionProfileGroup Format(BoundProfile bound, ActionGroup group, IReadOnlyList<GroupMember> members)
    {
        ActionProfileGroup result = new() { ActionProfileId = bound.Info.Id, GroupId = group.Id, MaxSize = group.MaxSize };
        foreach (GroupMember member in members)
        {
            ActionProfileGroup.Types.Member formatted = new() { MemberId = member.Member.Id, Weight = bound.Info.Source.WeightsDisallowed ? 0 : member.Weight };
            if (member.WatchPortBytes.Length == 5)
            {
                formatted.Watch = BitConverter.ToInt32(member.WatchPortBytes, 1);
            }
            else if (member.WatchPortBytes.Length > 0)
            {
                formatted.WatchPort = ByteString.CopyFrom(member.WatchPortBytes);
            }

            result.Members.Add(formatted);
        }

        return result;
    }

    private IEnumerable<BoundProfile> Select(uint id, Func<uint, bool> isAllowed)
    {
        IEnumerable<BoundProfile> profiles = id == 0 ? pipeline.Binding.Profiles : [pipeline.Binding.Profile(id)];
        return profiles.Where(p => isAllowed(p.Info.Id));
    }
}
