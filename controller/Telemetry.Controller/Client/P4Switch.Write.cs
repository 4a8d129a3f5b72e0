using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Client;

public sealed partial class P4Switch
{
    /// <summary>
    /// Writes updates in as few calls as their dependencies allow: inserts and modifications by ascending order of
    /// their entries, then deletions by descending order, each order a call or more.
    /// </summary>
    /// <param name="updates">At most one for each entity.</param>
    /// <param name="cancellation">Stops between and during calls.</param>
    /// <exception cref="P4RuntimeException">
    /// A call failed; its updates are named. Former calls, and the failed call's other updates, are done.
    /// </exception>
    public Task<WriteReport> WriteAsync(IReadOnlyList<P4Update> updates, CancellationToken cancellation = default) =>
        WriteAsync(updates, mend: false, cancellation);

    /// <summary>
    /// Like <see cref="WriteAsync(IReadOnlyList{P4Update}, CancellationToken)"/>, for bringing a switch into a known
    /// state whatever it is in: an insert of what is there becomes a modification, a modification of what is not
    /// there an insert, and a deletion of what is not there is done.
    /// </summary>
    /// <exception cref="P4RuntimeException">A call failed for another reason.</exception>
    public Task<WriteReport> ForceAsync(IReadOnlyList<P4Update> updates, CancellationToken cancellation = default) =>
        WriteAsync(updates, mend: true, cancellation);

    private async Task<WriteReport> WriteAsync(
        IReadOnlyList<P4Update> updates, bool mend, CancellationToken cancellation)
    {
        int calls = 0;
        foreach (P4Update[] batch in Batches(updates))
        {
            calls++;
            try
            {
                await WriteBatchAsync(batch, cancellation).ConfigureAwait(false);
            }
            catch (P4RuntimeException fault) when (mend && fault.UpdateErrors.Count > 0)
            {
                calls++;
                await MendAsync(batch, fault, cancellation).ConfigureAwait(false);
            }
        }

        return new WriteReport(
            updates.Count(u => u.Kind == UpdateKind.Insert && !u.Entry.IsDefault),
            updates.Count(u => u.Kind == UpdateKind.Modify || u.Entry.IsDefault),
            updates.Count(u => u.Kind == UpdateKind.Delete && !u.Entry.IsDefault),
            calls);
    }

    private async Task MendAsync(P4Update[] batch, P4RuntimeException fault, CancellationToken cancellation)
    {
        List<P4Update> again = [];
        foreach (UpdateError error in fault.UpdateErrors)
        {
            P4Update update = batch[error.Index];
            switch (error.Code, update.Kind)
            {
                case (StatusCode.AlreadyExists, UpdateKind.Insert):
                    again.Add(P4Update.Modify(update.Entry));
                    break;
                case (StatusCode.NotFound, UpdateKind.Modify):
                    again.Add(P4Update.Insert(update.Entry));
                    break;
                case (StatusCode.NotFound, UpdateKind.Delete):
                    break;
                default:
                    throw fault;
            }
        }

        if (again.Count > 0)
        {
            await WriteBatchAsync([.. again], cancellation).ConfigureAwait(false);
        }
    }

    private IEnumerable<P4Update[]> Batches(IReadOnlyList<P4Update> updates)
    {
        IEnumerable<IGrouping<int, P4Update>> written = updates
            .Where(u => u.Kind != UpdateKind.Delete).GroupBy(u => u.Entry.Order).OrderBy(g => g.Key);
        IEnumerable<IGrouping<int, P4Update>> deleted = updates
            .Where(u => u.Kind == UpdateKind.Delete).GroupBy(u => u.Entry.Order).OrderByDescending(g => g.Key);
        return written.Concat(deleted).SelectMany(g => g.Chunk(_options.MaximumBatch));
    }

    private Task<WriteResponse> WriteBatchAsync(P4Update[] batch, CancellationToken cancellation)
    {
        WriteRequest request = new() { DeviceId = _options.DeviceId, ElectionId = ElectionId() };
        request.Updates.AddRange(batch.Select(u => u.ToProto()));
        return CallAsync(
            $"write of {batch.Length} updates",
            (client, token) => client.WriteAsync(request, cancellationToken: token).ResponseAsync,
            cancellation,
            error => error with { Update = error.Index < batch.Length ? batch[error.Index].ToString() : "no such update" });
    }

    /// <summary>Runs a unary call with the timeout and turns its failure into the typed exception.</summary>
    private async Task<T> CallAsync<T>(
        string operation,
        Func<P4.V1.P4Runtime.P4RuntimeClient, CancellationToken, Task<T>> call,
        CancellationToken cancellation,
        Func<UpdateError, UpdateError>? describe = null)
    {
        string what = $"{Name}: {operation}";
        Session session = _session
            ?? throw new P4RuntimeException(StatusCode.Unavailable, what, "not connected", [], null);
        using CancellationTokenSource timeout = new(_options.CallTimeout, _time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await call(session.Client, either.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcException { StatusCode: StatusCode.Cancelled } or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw timeout.IsCancellationRequested
                ? new P4RuntimeException(
                    StatusCode.DeadlineExceeded, what, $"no answer within {_options.CallTimeout.TotalSeconds} s", [], fault)
                : new P4RuntimeException(StatusCode.Unavailable, what, fault.Message, [], fault);
        }
        catch (RpcException fault)
        {
            throw P4RuntimeException.From(fault, what, describe);
        }
    }
}
