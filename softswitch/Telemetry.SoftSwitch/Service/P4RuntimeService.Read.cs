using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.SoftSwitch.Service.Entities;
using Telemetry.SoftSwitch.Service.Pipelines;
using Role = Telemetry.SoftSwitch.Service.Sessions.Role;

namespace Telemetry.SoftSwitch.Service;

internal sealed partial class P4RuntimeService
{
    private const int EntitiesPerResponse = 512;

    /// <summary>Entries whose counts are copied between two packets.</summary>
    private const int EntriesPerStep = 2048;

    public override async Task Read(ReadRequest request, IServerStreamWriter<ReadResponse> responseStream, ServerCallContext context)
    {
        CheckDevice(request.DeviceId);
        List<IEnumerable<Entity>> answers = new(request.Entities.Count);
        EntityFault?[]? faults = null;
        await _turn.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        try
        {
            Pipeline pipeline = Target ?? throw NoPipeline();
            Role role = await OnLoop(() => _arbitration.Find(request.Role)).ConfigureAwait(false);
            EntityAccess access = new(pipeline);
            for (int i = 0; i < request.Entities.Count; i++)
            {
                try
                {
                    answers.Add(await SelectAsync(access, request.Entities[i], role.Scope.Allows).ConfigureAwait(false));
                }
                catch (EntityFault fault)
                {
                    (faults ??= new EntityFault?[request.Entities.Count])[i] = fault;
                }
            }
        }
        finally
        {
            _turn.Release();
        }

        ReadResponse response = new();
        foreach (IEnumerable<Entity> answer in answers)
        {
            foreach (Entity entity in answer)
            {
                response.Entities.Add(entity);
                if (response.Entities.Count == EntitiesPerResponse)
                {
                    await responseStream.WriteAsync(response).ConfigureAwait(false);
                    response = new ReadResponse();
                }
            }
        }

        if (response.Entities.Count > 0)
        {
            await responseStream.WriteAsync(response).ConfigureAwait(false);
        }

        if (faults is not null)
        {
            throw WriteFailure.ToRpcException(Array.ConvertAll(faults, Format));
        }
    }

    /// <summary>What one entity of a request asks for, as it is now; the messages are made as they are sent.</summary>
    private async Task<IEnumerable<Entity>> SelectAsync(EntityAccess access, Entity filter, Func<uint, bool> isAllowed)
    {
        switch (filter.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                TableEntry request = filter.TableEntry;
                EntrySnapshot[] entries = access.Tables.Select(request, null, isAllowed);
                if (request.CounterData is not null || request.MeterCounterData is not null || request.TimeSinceLastHit is not null)
                {
                    await TakeCountsAsync(entries).ConfigureAwait(false);
                }

                return entries.Select(e => new Entity { TableEntry = e.Format(request) });
            case Entity.EntityOneofCase.DirectCounterEntry:
                EntrySnapshot[] counted = access.Tables.SelectDirect(filter.DirectCounterEntry.TableEntry, t => t.DirectCounter, "counter", isAllowed);
                await TakeCountsAsync(counted).ConfigureAwait(false);
                return counted.Select(e => new Entity { DirectCounterEntry = e.FormatDirectCounter() });
            case Entity.EntityOneofCase.DirectMeterEntry:
                EntrySnapshot[] metered = access.Tables.SelectDirect(filter.DirectMeterEntry.TableEntry, t => t.DirectMeter, "meter", isAllowed);
                await TakeCountsAsync(metered).ConfigureAwait(false);
                bool withColors = filter.DirectMeterEntry.CounterData is not null;
                return metered.Select(e => new Entity { DirectMeterEntry = e.FormatDirectMeter(withColors) });
            default:
                return await OnLoop(() => access.Read(filter, isAllowed)).ConfigureAwait(false);
        }
    }

    private async Task TakeCountsAsync(EntrySnapshot[] entries)
    {
        for (int first = 0; first < entries.Length; first += EntriesPerStep)
        {
            int from = first;
            await OnLoop(() =>
            {
                foreach (ref EntrySnapshot entry in entries.AsSpan(from, Math.Min(EntriesPerStep, entries.Length - from)))
                {
                    entry.TakeCounts(owner.Loop.NowNs);
                }

                return true;
            }).ConfigureAwait(false);
        }
    }
}
