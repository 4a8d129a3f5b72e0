using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Client;

/// <summary>Reads, by name.</summary>
public sealed partial class P4Switch
{
    /// <summary>Reads what matches the given entities; ids that are 0 match everything.</summary>
    /// <exception cref="P4RuntimeException">The call failed, or the target does not have what is asked for.</exception>
    public async Task<IReadOnlyList<Entity>> ReadAsync(IEnumerable<Entity> entities, CancellationToken cancellation = default)
    {
        ReadRequest request = new() { DeviceId = _options.DeviceId, Role = _options.Role };
        request.Entities.AddRange(entities);
        if (_target is not null || request.Entities.Any(e => e.RegisterEntry is not null || e.ValueSetEntry is not null || e.ExternEntry is not null))
        {
            TargetCapabilities target = await TargetAsync(cancellation).ConfigureAwait(false);
            if (request.Entities.Select(target.ReadRefusal).FirstOrDefault(r => r is not null) is { } refusal)
            {
                throw new P4RuntimeException(StatusCode.Unimplemented, $"{Name}: read", refusal, [], null);
            }
        }

        return await CallAsync(
            "read",
            async (client, token) =>
            {
                List<Entity> found = [];
                using AsyncServerStreamingCall<ReadResponse> call = client.Read(request, cancellationToken: token);
                while (await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
                {
                    found.AddRange(call.ResponseStream.Current.Entities);
                }

                return (IReadOnlyList<Entity>)found;
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads what a filter of <see cref="EntityFilter"/> matches.</summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<IReadOnlyList<P4Entry>> ReadEntriesAsync(Entity filter, CancellationToken cancellation = default)
    {
        P4InfoIndex index = (Pipeline.Saved ?? RunningProgram()).Index;
        IEnumerable<P4Entry> found = (await ReadAsync([filter], cancellation).ConfigureAwait(false)).Select(e => new P4Entry(e, index));

        // simple_switch_grpc lists a member as often as its weight in a group says
        return [.. filter.EntityCase == Entity.EntityOneofCase.ActionProfileMember ? found.DistinctBy(e => e.Key) : found];
    }

    /// <summary>Reads the entries of a table, its default action included where the target lists it.</summary>
    /// <param name="table">Name of the table; null reads all tables.</param>
    /// <param name="counters">Also what their direct counters hold.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="P4InfoException">The program has no such table.</exception>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public Task<IReadOnlyList<P4Entry>> ReadTableAsync(
        string? table = null, bool counters = false, CancellationToken cancellation = default) =>
        ReadEntriesAsync(EntityFilter.Table(RunningProgram().Index, table, counters), cancellation);

    /// <summary>Reads an indirect counter.</summary>
    /// <param name="counter">Name, e.g. <c>Ingress.port_rx</c>.</param>
    /// <param name="index">One cell; null reads all.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="P4InfoException">The program has no such counter.</exception>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<IReadOnlyList<CounterReading>> ReadCounterAsync(
        string counter, long? index = null, CancellationToken cancellation = default)
    {
        IReadOnlyList<Entity> found = await ReadAsync(
            [EntityFilter.Counter(RunningProgram().Index, counter, index)], cancellation).ConfigureAwait(false);
        return [.. found
            .Where(e => e.EntityCase == Entity.EntityOneofCase.CounterEntry)
            .Select(e => new CounterReading(
                e.CounterEntry.Index?.Index_ ?? 0,
                e.CounterEntry.Data?.PacketCount ?? 0,
                e.CounterEntry.Data?.ByteCount ?? 0))];
    }

    /// <summary>Reads a register.</summary>
    /// <param name="register">Name, e.g. <c>Egress.report_sequence</c>.</param>
    /// <param name="index">One cell; null reads all.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="P4InfoException">The program has no such register.</exception>
    /// <exception cref="P4RuntimeException">The call failed; simple_switch_grpc has no registers over P4Runtime.</exception>
    public async Task<IReadOnlyList<RegisterReading>> ReadRegisterAsync(
        string register, long? index = null, CancellationToken cancellation = default)
    {
        P4InfoIndex program = RunningProgram().Index;
        RegisterInfo info = program.Registers.Get(register);
        IReadOnlyList<Entity> found = await ReadAsync([EntityFilter.Register(program, register, index)], cancellation).ConfigureAwait(false);
        return [.. found
            .Where(e => e.EntityCase == Entity.EntityOneofCase.RegisterEntry)
            .Select(e => new RegisterReading(
                e.RegisterEntry.Index?.Index_ ?? 0,
                P4DataText.Format(e.RegisterEntry.Data, info.Source.TypeSpec, program.Info.TypeInfo),
                e.RegisterEntry.Data))];
    }

    /// <summary>
    /// Reads all that a client wrote: table entries, members, groups, clone sessions, multicast groups and digests.
    /// Default actions and the program's own entries, constant or as it made them, are not among them. What a target cannot list is left out.
    /// </summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<IReadOnlyList<P4Entry>> ReadStateAsync(CancellationToken cancellation = default)
    {
        P4Program program = Pipeline.Saved ?? RunningProgram();
        P4InfoIndex index = program.Index;
        List<P4Entry> state = [];
        if (index.ActionProfiles.Count > 0)
        {
            state.AddRange(await ReadProfilesAsync(index.ActionProfiles, id => new Entity { ActionProfileMember = new ActionProfileMember { ActionProfileId = id } }, cancellation).ConfigureAwait(false));
            state.AddRange(await ReadProfilesAsync(
                index.ActionProfiles.Where(p => p.IsSelector), id => new Entity { ActionProfileGroup = new ActionProfileGroup { ActionProfileId = id } }, cancellation).ConfigureAwait(false));
        }

        IReadOnlyList<P4Entry> tables = [.. (await ReadAsync(await TableFiltersAsync(index, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false))
            .Select(e => new P4Entry(e, index))];
        state.AddRange(tables.Where(e => e.Entity.TableEntry is { IsConst: false, IsDefaultAction: false } && !program.InitialEntries.Contains(e.Entity)));
        foreach (DigestInfo digest in index.Digests)
        {
            // one by one: simple_switch_grpc reads no digest that is not named
            state.AddRange(await ReadIfServedAsync([new Entity { DigestEntry = new DigestEntry { DigestId = digest.Id } }], index, cancellation).ConfigureAwait(false));
        }

        state.AddRange(await ReadReplicationAsync(cancellation).ConfigureAwait(false));
        return state;
    }

    /// <summary>
    /// Members or groups of profiles. simple_switch_grpc refuses to read those of a selector that has one-shot entries:
    /// it has none of its own then.
    /// </summary>
    private async Task<IReadOnlyList<P4Entry>> ReadProfilesAsync(
        IEnumerable<ActionProfileInfo> profiles, Func<uint, Entity> filter, CancellationToken cancellation)
    {
        List<P4Entry> found = [];
        foreach (ActionProfileInfo profile in profiles)
        {
            try
            {
                found.AddRange(await ReadEntriesAsync(filter(profile.Id), cancellation).ConfigureAwait(false));
            }
            catch (P4RuntimeException fault) when (profile.IsSelector && fault.Code == StatusCode.InvalidArgument)
            {
                continue;
            }
        }

        return found;
    }

    /// <summary>All tables at once, or one by one those that the target can list.</summary>
    private async Task<IEnumerable<Entity>> TableFiltersAsync(P4InfoIndex index, CancellationToken cancellation)
    {
        if (!index.Tables.Any(t => t.Source.HasInitialEntries)
            || (await TargetAsync(cancellation).ConfigureAwait(false)).ListsInitialEntries)
        {
            return [new Entity { TableEntry = new TableEntry() }];
        }

        return index.Tables.Where(t => !t.Source.HasInitialEntries).Select(t => new Entity { TableEntry = new TableEntry { TableId = t.Id } });
    }

    /// <summary>Clone sessions and multicast groups; none where the target cannot list them.</summary>
    internal async Task<IReadOnlyList<P4Entry>> ReadReplicationAsync(CancellationToken cancellation)
    {
        P4InfoIndex index = (Pipeline.Saved ?? Program)?.Index ?? s_noProgram;
        return
        [
            .. await ReadIfServedAsync([EntityFilter.CloneSessions()], index, cancellation).ConfigureAwait(false),
            .. await ReadIfServedAsync([EntityFilter.MulticastGroups()], index, cancellation).ConfigureAwait(false),
        ];
    }

    private static readonly P4InfoIndex s_noProgram = new(new P4.Config.V1.P4Info());

    private async Task<IReadOnlyList<P4Entry>> ReadIfServedAsync(Entity[] filter, P4InfoIndex index, CancellationToken cancellation)
    {
        try
        {
            return [.. (await ReadAsync(filter, cancellation).ConfigureAwait(false)).Select(e => new P4Entry(e, index))];
        }
        catch (P4RuntimeException fault) when (fault.Code is StatusCode.Unimplemented or StatusCode.NotFound or StatusCode.Unknown)
        {
            return []; // writes that meet an existing one are mended instead
        }
    }
}
