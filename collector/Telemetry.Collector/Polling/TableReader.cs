using Grpc.Core;
using P4.Config.V1;
using P4.V1;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Polling;

/// <summary>Counts the entries of a switch's tables over P4Runtime, with the sums of their direct counters where they have some.</summary>
/// <param name="invoker">How to call the switch.</param>
/// <param name="deviceId">P4Runtime device id.</param>
internal sealed class TableReader(CallInvoker invoker, ulong deviceId)
{
    private readonly P4.V1.P4Runtime.P4RuntimeClient _client = new(invoker);

    /// <summary>Reads all tables, those without entries too, by name.</summary>
    /// <exception cref="RpcException">The switch does not answer, or refuses.</exception>
    public async Task<IReadOnlyList<TableStatistics>> ReadAsync(CancellationToken cancellation)
    {
        GetForwardingPipelineConfigResponse program = await _client.GetForwardingPipelineConfigAsync(
            new GetForwardingPipelineConfigRequest
            {
                DeviceId = deviceId,
                ResponseType = GetForwardingPipelineConfigRequest.Types.ResponseType.P4InfoAndCookie,
            },
            cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
        P4Info info = program.Config?.P4Info ?? new P4Info();
        HashSet<uint> counted = [.. info.DirectCounters.Select(counter => counter.DirectTableId)];
        SortedDictionary<uint, TableStatistics> tables = [];
        ReadRequest request = new() { DeviceId = deviceId };
        foreach (Table table in info.Tables)
        {
            tables[table.Preamble.Id] = new TableStatistics { Name = table.Preamble.Name };
            TableEntry all = new() { TableId = table.Preamble.Id };
            if (counted.Contains(table.Preamble.Id))
            {
                all.CounterData = new CounterData();
                (tables[table.Preamble.Id].Packets, tables[table.Preamble.Id].Bytes) = (0, 0);
            }

            request.Entities.Add(new Entity { TableEntry = all });
        }

        using AsyncServerStreamingCall<ReadResponse> call = _client.Read(request, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
        {
            foreach (Entity entity in call.ResponseStream.Current.Entities)
            {
                if (entity.TableEntry is { } entry && tables.TryGetValue(entry.TableId, out TableStatistics? table))
                {
                    table.Entries++;
                    if (entry.CounterData is { } counter && table.HasPackets)
                    {
                        table.Packets += (ulong)Math.Max(0, counter.PacketCount);
                        table.Bytes += (ulong)Math.Max(0, counter.ByteCount);
                    }
                }
            }
        }

        return [.. tables.Values.OrderBy(table => table.Name, StringComparer.Ordinal)];
    }
}
