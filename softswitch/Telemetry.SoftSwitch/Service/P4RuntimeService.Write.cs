using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.SoftSwitch.Service.Entities;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Service.Requests;
using Telemetry.SoftSwitch.Service.Sessions;
using Role = Telemetry.SoftSwitch.Service.Sessions.Role;

namespace Telemetry.SoftSwitch.Service;

internal sealed partial class P4RuntimeService
{
    /// <summary>
    /// Updates that are applied between two packets, unless the batch is atomic: about a tenth of a millisecond
    /// (bench write, with packets flowing), less than the queues of the ports hold.
    /// </summary>
    private const int UpdatesPerStep = 256;

    /// <summary>One for all switches of the process.</summary>
    private static readonly ShortPauses Pauses = new();

    /// <summary>Writes in process, from message objects.</summary>
    public override Task<WriteResponse> Write(WriteRequest request, ServerCallContext context) =>
        WriteAsync(request, pipeline => Prepare(request, pipeline), context.CancellationToken);

    /// <summary>Writes over the network: plain entries are read without message objects.</summary>
    public async Task<WriteResponse> WriteParts(EncodedWrite write, ServerCallContext context)
    {
        using (write)
        {
            return await WriteAsync(write.Head, pipeline => Prepare(write, pipeline), context.CancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<WriteResponse> WriteAsync(WriteRequest request, Func<Pipeline, EntityChange[]> prepare, CancellationToken cancellation)
    {
        CheckDevice(request.DeviceId);
        if (request.Atomicity is < WriteRequest.Types.Atomicity.ContinueOnError or > WriteRequest.Types.Atomicity.DataplaneAtomic)
        {
            throw Invalid($"an atomicity of {(int)request.Atomicity}; it is CONTINUE_ON_ERROR, ROLLBACK_ON_ERROR or DATAPLANE_ATOMIC");
        }

        if (owner.Loop.IsRealTime)
        {
            Pauses.Look();
        }

        Pipeline? seen = Target;
        EntityChange[] changes = seen is null ? [] : prepare(seen);
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Pipeline? target = Target;
            if (target is not null && target != seen)
            {
                changes = prepare(target);
            }

            return await ApplyAsync(request, changes, target).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static EntityChange[] Prepare(WriteRequest request, Pipeline pipeline)
    {
        EntityAccess access = new(pipeline);
        EntityChange[] changes = new EntityChange[request.Updates.Count];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = access.Prepare(request.Updates[i]);
        }

        return changes;
    }

    private static EntityChange[] Prepare(EncodedWrite write, Pipeline pipeline)
    {
        if (write.Count == 0)
        {
            return Prepare(write.Head, pipeline);
        }

        EntityAccess? access = null;
        EntityChange[] changes = new EntityChange[write.Count];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = (EntityChange?)UpdateReader.Read(write[i], pipeline.Binding) ?? (access ??= new EntityAccess(pipeline)).Prepare(Parse(write[i], i));
        }

        return changes;
    }

    private static Update Parse(ReadOnlySpan<byte> update, int index)
    {
        try
        {
            return Update.Parser.ParseFrom(update);
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw Invalid($"update {index} is no p4.v1.Update: {fault.Message}");
        }
    }

    private async Task<WriteResponse> ApplyAsync(WriteRequest request, EntityChange[] changes, Pipeline? target)
    {
        bool isAtomic = request.Atomicity != WriteRequest.Types.Atomicity.ContinueOnError;
        Role? role = null;
        ChangeContext? context = null;
        EntityFault?[]? faults = null;
        int done = 0;
        int Step()
        {
            role ??= _arbitration.Demand(request.Role, request.RoleId, request.ElectionId);
            context ??= new ChangeContext(target ?? throw NoPipeline(), owner.Loop.NowNs, isAtomic);
            context.NowNs = owner.Loop.NowNs;
            int end = isAtomic ? changes.Length : Math.Min(changes.Length, done + UpdatesPerStep);
            for (int i = done; i < end; i++)
            {
                EntityFault? fault = role.Scope.Allows(changes[i].ObjectId) ? changes[i].Apply(context)
                    : EntityFault.Denied($"{role.Shown} may not write the object {changes[i].ObjectId}: its role config does not name it");
                if (fault is not null)
                {
                    (faults ??= new EntityFault?[changes.Length])[i] = fault;
                    if (isAtomic)
                    {
                        context.RollBack();
                        return changes.Length;
                    }
                }
            }

            return end;
        }

        do
        {
            done = await OnLoop(Step).ConfigureAwait(false);
        }
        while (done < changes.Length);

        return faults is null ? new WriteResponse() : throw WriteFailure.ToRpcException(isAtomic ? TakenBack(faults) : Array.ConvertAll(faults, Format));
    }

    private static Error Format(EntityFault? fault) => fault is null ? new Error()
        : new Error { CanonicalCode = (int)fault.Code, Message = fault.Message, Space = EntityFault.Space };

    /// <summary>The errors of an atomic batch: the one that failed, and that all others have not happened.</summary>
    private static Error[] TakenBack(EntityFault?[] faults)
    {
        int failed = Array.FindIndex(faults, f => f is not null);
        Error other = new() { CanonicalCode = (int)StatusCode.Aborted, Message = $"taken back: update {failed} failed", Space = EntityFault.Space };
        return Array.ConvertAll(faults, f => f is null ? other : Format(f));
    }
}
