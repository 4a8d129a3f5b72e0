using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Client;

public sealed partial class P4Switch
{
    /// <summary>Reads what matches the given entities; ids that are 0 match everything.</summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public Task<IReadOnlyList<Entity>> ReadAsync(IEnumerable<Entity> entities, CancellationToken cancellation = default)
    {
        ReadRequest request = new() { DeviceId = _options.DeviceId };
        request.Entities.AddRange(entities);
        return CallAsync(
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
            cancellation);
    }

    /// <summary>Reads an indirect counter.</summary>
    /// <param name="counter">Name, e.g. <c>Ingress.port_rx</c>.</param>
    /// <param name="index">One cell; null reads all.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="P4InfoException">The program has no such counter.</exception>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<IReadOnlyList<CounterReading>> ReadCounterAsync(
        string counter, long? index = null, CancellationToken cancellation = default)
    {
        CounterInfo info = RunningProgram().Index.Counters.Get(counter);
        Entity wanted = new() { CounterEntry = new CounterEntry { CounterId = info.Id } };
        if (index is { } cell)
        {
            wanted.CounterEntry.Index = new P4.V1.Index { Index_ = cell };
        }

        IReadOnlyList<Entity> found = await ReadAsync([wanted], cancellation).ConfigureAwait(false);
        return [.. found
            .Where(e => e.EntityCase == Entity.EntityOneofCase.CounterEntry)
            .Select(e => new CounterReading(
                e.CounterEntry.Index?.Index_ ?? 0,
                e.CounterEntry.Data?.PacketCount ?? 0,
                e.CounterEntry.Data?.ByteCount ?? 0))];
    }

    /// <summary>
    /// Reads all table entries, clone sessions and multicast groups that a client wrote; default actions and the
    /// program's constant entries are not among them. What a target cannot list is taken as empty.
    /// </summary>
    /// <exception cref="P4RuntimeException">The call failed.</exception>
    public async Task<IReadOnlyList<P4Entry>> ReadStateAsync(CancellationToken cancellation = default)
    {
        IReadOnlyList<Entity> tables =
            await ReadAsync([new Entity { TableEntry = new TableEntry() }], cancellation).ConfigureAwait(false);
        IReadOnlyList<P4Entry> replication = await ReadReplicationAsync(cancellation).ConfigureAwait(false);
        return
        [
            .. tables
                .Where(e => e.TableEntry is { IsConst: false, IsDefaultAction: false })
                .Select(e => new P4Entry(e, $"entry of {TableName(e.TableEntry.TableId)}")),
            .. replication,
        ];
    }

    private async Task<IReadOnlyList<P4Entry>> ReadReplicationAsync(CancellationToken cancellation)
    {
        List<P4Entry> found = [];
        PacketReplicationEngineEntry[] wanted =
        [
            new() { CloneSessionEntry = new CloneSessionEntry() },
            new() { MulticastGroupEntry = new MulticastGroupEntry() },
        ];
        foreach (PacketReplicationEngineEntry all in wanted)
        {
            try
            {
                IReadOnlyList<Entity> entities = await ReadAsync(
                    [new Entity { PacketReplicationEngineEntry = all }], cancellation).ConfigureAwait(false);
                found.AddRange(entities.Select(e => new P4Entry(e, EntityKey.Of(e))));
            }
            catch (P4RuntimeException fault) when (fault.Code is StatusCode.Unimplemented or StatusCode.NotFound or StatusCode.Unknown)
            {
                continue; // simple_switch_grpc cannot list these: writes that meet an existing one are mended instead
            }
        }

        return found;
    }

    private P4Program RunningProgram() => Program
        ?? throw new P4RuntimeException(
            StatusCode.FailedPrecondition, Name, "no program was pushed by this client yet", [], null);

    private string TableName(uint id) =>
        Program is not null && Program.Index.Tables.TryGet(id, out TableInfo? table) ? table.Name : $"table {id:x8}";
}
