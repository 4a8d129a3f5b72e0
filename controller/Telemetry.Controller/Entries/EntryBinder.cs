using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Entries;

/// <summary>Turns names and text into a program's ids and bytes, collecting every fault instead of the first.</summary>
internal static partial class EntryBinder
{
    /// <summary>Null, with faults added, where the program or the protocol does not allow it.</summary>
    /// <param name="index">The program.</param>
    /// <param name="spec">What to bind.</param>
    /// <param name="faults">One line each.</param>
    /// <param name="keyOnly">The entity is to be found or deleted: no action needed.</param>
    public static P4Entry? Bind(P4InfoIndex index, EntrySpec spec, List<string> faults, bool keyOnly = false)
    {
        int before = faults.Count;
        Entity? entity = spec switch
        {
            TableEntrySpec table => Table(index, table, faults, keyOnly) is { } entry ? new Entity { TableEntry = entry } : null,
            MemberSpec member => Member(index, member, faults, keyOnly),
            GroupSpec group => Group(index, group, faults),
            CloneSessionSpec clone => Clone(clone, faults),
            MulticastGroupSpec group => Multicast(group, faults),
            CounterSpec counter => Counter(index, counter, faults),
            DirectCounterSpec counter => DirectCounter(index, counter, faults),
            MeterSpec meter => Meter(index, meter, faults),
            DirectMeterSpec meter => DirectMeter(index, meter, faults),
            RegisterSpec register => Register(index, register, faults, keyOnly),
            DigestSpec digest => Digest(index, digest, faults),
            ValueSetSpec set => ValueSet(index, set, faults),
            ExternSpec external => Extern(index, external, faults),
            _ => throw new ArgumentException($"{spec.GetType().Name} cannot be written to a switch", nameof(spec)),
        };
        return entity is null || faults.Count > before ? null : new P4Entry(entity, index, spec.Order);
    }

    private static TableEntry? Table(P4InfoIndex index, TableEntrySpec spec, List<string> faults, bool keyOnly)
    {
        if (Find(index.Tables, spec.Table, faults) is not { } table)
        {
            return null;
        }

        TableEntryBuilder builder = new(table, faults);
        foreach (MatchSpec match in spec.Matches)
        {
            builder.Match(match.Field, match.Text);
        }

        builder.Finish(spec.IsDefault, spec.Priority);
        builder.Entry.Action = Target(builder, spec, faults, keyOnly);
        builder.Entry.IdleTimeoutNs = spec.IdleTimeoutNs;
        builder.Entry.Metadata = spec.Metadata;
        if (spec.IdleTimeoutNs != 0 && table.Source.IdleTimeoutBehavior == P4.Config.V1.Table.Types.IdleTimeoutBehavior.NoTimeout)
        {
            faults.Add($"table {table.Name} has no idle timeout: the program has to ask for it (support_timeout = true)");
        }

        if (spec.Rates is { } rates)
        {
            builder.Entry.MeterConfig = Rates(rates);
            if (table.DirectMeter is null)
            {
                faults.Add($"table {table.Name} has no direct meter");
            }
        }

        return builder.Entry;
    }

    private static TableAction? Target(TableEntryBuilder builder, TableEntrySpec spec, List<string> faults, bool keyOnly)
    {
        TableInfo table = builder.Table;
        int given = (spec.Action.Length > 0 ? 1 : 0) + (spec.Member is null ? 0 : 1) + (spec.Group is null ? 0 : 1) + (spec.Choices.Count > 0 ? 1 : 0);
        if (given != 1)
        {
            if (given > 1)
            {
                faults.Add($"table {table.Name}: give one of action, member, group and a set of actions");
            }
            else if (!keyOnly)
            {
                faults.Add($"table {table.Name}: the entry has no action; known actions: {ActionBinder.Names(table.Actions)}");
            }

            return null;
        }

        if (spec.Action.Length > 0)
        {
            if (table.Implementation is { } profile && !spec.IsDefault)
            {
                faults.Add($"table {table.Name} takes its actions from {profile.Name}: expected member N{(profile.IsSelector ? ", group N or { action(...); ... }" : "")}");
                return null;
            }

            return new TableAction { Action = builder.Call(spec.Action, Pairs(spec.Arguments), spec.IsDefault) };
        }

        if (table.Implementation is not { } implementation)
        {
            faults.Add($"table {table.Name} has no action profile: expected an action; known actions: {ActionBinder.Names(table.Actions)}");
            return null;
        }

        if (spec.Member is { } member)
        {
            return new TableAction { ActionProfileMemberId = member };
        }

        if (!implementation.IsSelector)
        {
            faults.Add($"table {table.Name}: {implementation.Name} is no action selector and has no groups; expected member N");
            return null;
        }

        return spec.Group is { } group ? new TableAction { ActionProfileGroupId = group } : OneShot(builder, spec, faults);
    }

    private static TableAction OneShot(TableEntryBuilder builder, TableEntrySpec spec, List<string> faults)
    {
        ActionProfileActionSet set = new()
        {
            ActionSelectionMode = (ActionProfileActionSet.Types.ActionSelectionMode)spec.Mode,
            SizeSemantics = (ActionProfileActionSet.Types.SizeSemantics)spec.Size,
        };
        foreach (ActionChoice choice in spec.Choices)
        {
            ActionProfileAction action = new() { Action = builder.Call(choice.Action, Pairs(choice.Arguments), isDefault: false), Weight = choice.Weight };
            CheckWeight(choice.Weight, $"table {builder.Table.Name}: action {choice.Action}", faults);
            if (choice.WatchPort is { } port)
            {
                action.WatchPort = Port(port);
            }

            set.ActionProfileActions.Add(action);
        }

        return new TableAction { ActionProfileActionSet = set };
    }

    private static Entity? Member(P4InfoIndex index, MemberSpec spec, List<string> faults, bool keyOnly)
    {
        if (Find(index.ActionProfiles, spec.Profile, faults) is not { } profile)
        {
            return null;
        }

        CheckId("member", spec.Id, faults);
        ActionProfileMember member = new() { ActionProfileId = profile.Id, MemberId = spec.Id };
        if (spec.Action.Length == 0)
        {
            if (!keyOnly)
            {
                faults.Add($"member {spec.Id} of {profile.Name} has no action");
            }
        }
        else
        {
            // A member's action has to be one of every table that uses the profile.
            TableInfo? table = profile.Source.TableIds.Select(id => index.Tables.TryGet(id, out TableInfo? t) ? t : null).FirstOrDefault(t => t is not null);
            if (table is not null)
            {
                member.Action = new TableEntryBuilder(table, faults).Call(spec.Action, Pairs(spec.Arguments), isDefault: false);
            }
            else if (Find(index.Actions, spec.Action, faults) is { } action)
            {
                member.Action = ActionBinder.Call(action, Pairs(spec.Arguments), faults);
            }
        }

        return new Entity { ActionProfileMember = member };
    }

    private static Entity? Group(P4InfoIndex index, GroupSpec spec, List<string> faults)
    {
        if (Find(index.ActionProfiles, spec.Profile, faults) is not { } profile)
        {
            return null;
        }

        if (!profile.IsSelector)
        {
            faults.Add($"action profile {profile.Name} is no selector: it has members, but no groups");
        }

        CheckId("group", spec.Id, faults);
        int room = profile.Source.MaxGroupSize;
        if (spec.MaximumSize < 0 || (room > 0 && spec.MaximumSize > room))
        {
            faults.Add($"group {spec.Id} of {profile.Name}: max-size {spec.MaximumSize}; the program gives its groups room for {room} members");
        }

        // A program that limits its groups wants to be told a size; the whole room is what leaving it out means.
        ActionProfileGroup group = new() { ActionProfileId = profile.Id, GroupId = spec.Id, MaxSize = spec.MaximumSize > 0 ? spec.MaximumSize : room };
        HashSet<uint> members = [];
        foreach (GroupMemberSpec member in spec.Members)
        {
            CheckWeight(member.Weight, $"group {spec.Id} of {profile.Name}: member {member.Member}", faults);
            if (!members.Add(member.Member))
            {
                faults.Add($"group {spec.Id} of {profile.Name}: member {member.Member} is given twice; give it a weight instead");
            }

            ActionProfileGroup.Types.Member added = new() { MemberId = member.Member, Weight = member.Weight };
            if (member.WatchPort is { } port)
            {
                added.WatchPort = Port(port);
            }

            group.Members.Add(added);
        }

        return new Entity { ActionProfileGroup = group };
    }

    private static Entity Clone(CloneSessionSpec spec, List<string> faults)
    {
        if (spec.Session is < 1 or > 32767)
        {
            faults.Add($"clone session {spec.Session}: expected an id from 1 to 32767");
        }

        if (spec.ClassOfService is < 0 or > 7)
        {
            faults.Add($"clone session {spec.Session}: class {spec.ClassOfService}; expected 0 to 7");
        }

        CloneSessionEntry entry = new()
        {
            SessionId = (uint)spec.Session,
            PacketLengthBytes = spec.PacketLengthBytes,
            ClassOfService = (uint)spec.ClassOfService,
        };
        entry.Replicas.AddRange(Replicas(spec.Replicas));
        return new Entity { PacketReplicationEngineEntry = new() { CloneSessionEntry = entry } };
    }

    private static Entity Multicast(MulticastGroupSpec spec, List<string> faults)
    {
        if (spec.Group is < 1 or > 32767)
        {
            faults.Add($"multicast group {spec.Group}: expected an id from 1 to 32767");
        }

        MulticastGroupEntry entry = new() { MulticastGroupId = (uint)spec.Group, Metadata = spec.Metadata };
        entry.Replicas.AddRange(Replicas(spec.Replicas));
        return new Entity { PacketReplicationEngineEntry = new() { MulticastGroupEntry = entry } };
    }

    private static IEnumerable<Replica> Replicas(IReadOnlyList<ReplicaSpec> replicas) => replicas.Select(r =>
    {
        Replica replica = new() { EgressPort = (uint)r.Port, Instance = (uint)r.Instance };
        foreach ((int port, int instance) in r.Backups ?? [])
        {
            replica.BackupReplicas.Add(new BackupReplica { Port = Port((uint)port), Instance = (uint)instance });
        }

        return replica;
    });

    private static (string, P4Value)[] Pairs(IReadOnlyList<ActionArgument> arguments) => [.. arguments.Select(a => (a.Name, a.Value))];

    private static void CheckWeight(int weight, string place, List<string> faults)
    {
        if (weight < 1)
        {
            faults.Add($"{place} has weight {weight}; expected at least 1");
        }
    }

    private static void CheckId(string kind, uint id, List<string> faults)
    {
        if (id == 0)
        {
            faults.Add($"{kind} 0: expected an id from 1 up, 0 means all of them");
        }
    }

    private static T? Find<T>(NameIndex<T> index, string name, List<string> faults)
        where T : class, INamedObject
    {
        if (index.TryGet(name, out T? item))
        {
            return item;
        }

        faults.Add(index.Unknown(name));
        return null;
    }

    private static ByteString Port(uint port) => CanonicalBytes.Encode(port, new ValueField("port", 32));
}
