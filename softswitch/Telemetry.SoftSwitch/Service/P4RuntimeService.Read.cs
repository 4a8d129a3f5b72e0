using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.SoftSwitch.Service.Answers;
using Telemetry.SoftSwitch.Service.Entities;
using Telemetry.SoftSwitch.Service.Pipelines;
using Role = Telemetry.SoftSwitch.Service.Sessions.Role;

namespace Telemetry.SoftSwitch.Service;

internal sealed partial class P4RuntimeService
{
    /// <summary>Entities of one message in process, and of one over the network that is made of message objects.</summary>
    private const int EntitiesPerResponse = 512;

    /// <summary>Entries of one message over the network: about 50 KiB (bench write, read-embedded).</summary>
    private const int EntriesPerPart = 768;

    /// <summary>Entries whose counts are copied between two packets.</summary>
    private const int EntriesPerStep = 2048;

    /// <summary>Reads in process, as message objects.</summary>
    public override async Task Read(ReadRequest request, IServerStreamWriter<ReadResponse> responseStream, ServerCallContext context)
    {
        (List<IReadAnswer> answers, EntityFault?[]? faults) = await SelectAsync(request, context.CancellationToken).ConfigureAwait(false);
        ReadResponse response = new();
        foreach (Entity entity in answers.SelectMany(a => a.Entities))
        {
            response.Entities.Add(entity);
            if (response.Entities.Count == EntitiesPerResponse)
            {
                await responseStream.WriteAsync(response).ConfigureAwait(false);
                response = new ReadResponse();
            }
        }

        if (response.Entities.Count > 0)
        {
            await responseStream.WriteAsync(response).ConfigureAwait(false);
        }

        ThrowIfAny(faults);
    }

    /// <summary>Reads over the network: table entries are encoded without message objects.</summary>
    public async Task ReadParts(ReadRequest request, IServerStreamWriter<ReadPart> responseStream, ServerCallContext context)
    {
        (List<IReadAnswer> answers, EntityFault?[]? faults) = await SelectAsync(request, context.CancellationToken).ConfigureAwait(false);
        using MessageWriter writer = new();
        ReadPart encoded = new(writer);
        ReadResponse response = new();
        foreach (IReadAnswer answer in answers)
        {
            if (answer is TableAnswer { Count: >= EntitiesPerResponse } table)
            {
                for (int first = 0; first < table.Count; first += EntriesPerPart)
                {
                    writer.Clear();
                    table.Encode(first, Math.Min(EntriesPerPart, table.Count - first), writer);
                    await responseStream.WriteAsync(encoded).ConfigureAwait(false);
                }

                continue;
            }

            foreach (Entity entity in answer.Entities)
            {
                response.Entities.Add(entity);
                if (response.Entities.Count == EntitiesPerResponse)
                {
                    await responseStream.WriteAsync(new ReadPart(response)).ConfigureAwait(false);
                    response = new ReadResponse();
                }
            }
        }

        if (response.Entities.Count > 0)
        {
            await responseStream.WriteAsync(new ReadPart(response)).ConfigureAwait(false);
        }

        ThrowIfAny(faults);
    }

    private static void ThrowIfAny(EntityFault?[]? faults)
    {
        if (faults is not null)
        {
            throw WriteFailure.ToRpcException(Array.ConvertAll(faults, Format));
        }
    }

    /// <summary>What a request asks for, as it is now, between two writes; and what is wrong with it.</summary>
    private async Task<(List<IReadAnswer> Answers, EntityFault?[]? Faults)> SelectAsync(ReadRequest request, CancellationToken cancellation)
    {
        CheckDevice(request.DeviceId);
        List<IReadAnswer> answers = new(request.Entities.Count);
        EntityFault?[]? faults = null;
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
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

        return (answers, faults);
    }

    private async Task<IReadAnswer> SelectAsync(EntityAccess access, Entity filter, Func<uint, bool> isAllowed)
    {
        EntrySnapshot[] entries;
        switch (filter.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                entries = access.Tables.Select(filter.TableEntry, null, isAllowed);
                break;
            case Entity.EntityOneofCase.DirectCounterEntry:
                entries = access.Tables.SelectDirect(filter.DirectCounterEntry.TableEntry, t => t.DirectCounter, "counter", isAllowed);
                break;
            case Entity.EntityOneofCase.DirectMeterEntry:
                entries = access.Tables.SelectDirect(filter.DirectMeterEntry.TableEntry, t => t.DirectMeter, "meter", isAllowed);
                break;
            default:
                return new EntityAnswer(await OnLoop(() => access.Read(filter, isAllowed)).ConfigureAwait(false));
        }

        TableAnswer answer = new(entries, filter);
        for (int first = 0; first < answer.Counted; first += EntriesPerStep)
        {
            int from = first;
            await OnLoop(() =>
            {
                answer.TakeCounts(from, Math.Min(EntriesPerStep, answer.Counted - from), owner.Loop.NowNs);
                return true;
            }).ConfigureAwait(false);
        }

        return answer;
    }
}
