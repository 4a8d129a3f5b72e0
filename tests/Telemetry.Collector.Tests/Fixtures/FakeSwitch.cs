using Grpc.Core;
using P4.Config.V1;
using P4.V1;

namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>A P4Runtime server with counters only.</summary>
internal sealed class FakeSwitch : P4.V1.P4Runtime.P4RuntimeBase
{
    public Dictionary<string, uint> Ids { get; } = new() { ["Ingress.port_rx"] = 11, ["Ingress.port_enqueued"] = 12, ["Egress.port_tx"] = 13 };

    public Dictionary<(uint Id, long Port), (long Packets, long Bytes)> Cells { get; } = [];

    /// <summary>Entries of tables: their direct counters, or null where the table has none.</summary>
    public Dictionary<(uint Id, string Name), (long Packets, long Bytes)?[]> Tables { get; } = [];

    public bool HasProgram { get; set; } = true;

    public bool Gone { get; set; }

    public bool Mute { get; set; }

    public int PipelineReads { get; private set; }

    public void Set(string counter, long port, long packets, long bytes = 0) => Cells[(Ids[counter], port)] = (packets, bytes);

    public override Task<GetForwardingPipelineConfigResponse> GetForwardingPipelineConfig(GetForwardingPipelineConfigRequest request, ServerCallContext context)
    {
        ThrowIfGone();
        PipelineReads++;
        GetForwardingPipelineConfigResponse answer = new();
        if (HasProgram)
        {
            P4Info info = new();
            foreach ((string name, uint id) in Ids)
            {
                info.Counters.Add(new Counter { Preamble = new Preamble { Id = id, Name = name } });
            }

            foreach (((uint id, string name), (long, long)?[] entries) in Tables)
            {
                info.Tables.Add(new Table { Preamble = new Preamble { Id = id, Name = name } });
                if (entries.Any(entry => entry is not null))
                {
                    info.DirectCounters.Add(new DirectCounter { DirectTableId = id });
                }
            }

            answer.Config = new ForwardingPipelineConfig { P4Info = info };
        }

        return Task.FromResult(answer);
    }

    public override async Task Read(ReadRequest request, IServerStreamWriter<ReadResponse> responseStream, ServerCallContext context)
    {
        ThrowIfGone();
        if (Mute)
        {
            TaskCompletionSource never = new();
            using CancellationTokenRegistration ended = context.CancellationToken.Register(() => never.TrySetCanceled());
            await never.Task;
        }

        foreach (Entity entity in request.Entities)
        {
            ReadResponse response = new();
            if (entity.TableEntry is { } asked)
            {
                foreach ((long Packets, long Bytes)? entry in Tables.Single(table => table.Key.Id == asked.TableId).Value)
                {
                    response.Entities.Add(new Entity
                    {
                        TableEntry = new TableEntry
                        {
                            TableId = asked.TableId,
                            CounterData = entry is { } data && asked.CounterData is not null ? new CounterData { PacketCount = data.Packets, ByteCount = data.Bytes } : null,
                        },
                    });
                }

                await responseStream.WriteAsync(response);
                continue;
            }

            foreach (((uint id, long port), (long packets, long bytes)) in Cells.Where(cell => cell.Key.Id == entity.CounterEntry.CounterId).OrderBy(cell => cell.Key.Port))
            {
                response.Entities.Add(new Entity
                {
                    CounterEntry = new CounterEntry
                    {
                        CounterId = id,
                        Index = new P4.V1.Index { Index_ = port },
                        Data = new CounterData { PacketCount = packets, ByteCount = bytes },
                    },
                });
            }

            await responseStream.WriteAsync(response);
        }
    }

    private void ThrowIfGone()
    {
        if (Gone)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "connection refused"));
        }
    }
}
