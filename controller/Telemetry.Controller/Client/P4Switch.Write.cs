using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Client;

/// <summary>Writes: order, batches, and errors that name the update.</summary>
public sealed partial class P4Switch
{
    /// <summary>More than an entry with one action takes, whatever its keys: measuring each would cost a fifth of making it (bench write).</summary>
    private const int PlainEntryBytes = 3000;

    /// <summary>
    /// Writes updates in as few calls as their dependencies allow: inserts and modifications first, members before
    /// groups before table entries and by ascending order among them, then deletions the other way round. Calls are
    /// split by number and size, and where updates do not depend on each other, several are under way at once.
    /// </summary>
    /// <param name="updates">At most one for each entity.</param>
    /// <param name="cancellation">Stops between and during calls.</param>
    /// <exception cref="P4RuntimeException">
    /// A call failed; its updates are named by their index in <paramref name="updates"/>. Former calls, and the failed
    /// call's other updates, are done.
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

    /// <summary>Writes updates in one call, all or nothing as far as the atomicity goes.</summary>
    /// <exception cref="P4RuntimeException">The call failed, or the target does not know this atomicity.</exception>
    public async Task<WriteReport> WriteAsync(
        IReadOnlyList<P4Update> updates, WriteAtomicity atomicity, CancellationToken cancellation = default)
    {
        TargetCapabilities target = await TargetAsync(cancellation).ConfigureAwait(false);
        if (atomicity != WriteAtomicity.ContinueOnError && !target.Atomicity)
        {
            throw new P4RuntimeException(
                StatusCode.Unimplemented, $"{Name}: {Describe(updates.Count)}", $"{target.Name} knows no atomicity but ContinueOnError", [], null);
        }

        await RefuseAsync(updates, cancellation).ConfigureAwait(false);
        await WriteBatchAsync(updates, [.. Enumerable.Range(0, updates.Count)], (WriteRequest.Types.Atomicity)atomicity, cancellation).ConfigureAwait(false);
        return Report(updates, 1);
    }

    /// <summary>
    /// Writes updates that do not depend on each other while they are being made: the next batch is filled while
    /// former ones are under way.
    /// </summary>
    /// <exception cref="P4RuntimeException">A call failed; its updates are named by their place in the sequence.</exception>
    public async Task<WriteReport> WriteStreamAsync(IEnumerable<P4Update> updates, CancellationToken cancellation = default)
    {
        WriteQueue queue = new(_options.WritesInFlight);
        WriteReport total = new(0, 0, 0, 0);
        int first = 0;
        foreach (P4Update[] batch in updates.Chunk(_options.MaximumBatch))
        {
            int offset = first;
            first += batch.Length;
            if (!await queue.AddAsync(() => WriteCountedAsync(batch, offset, cancellation)).ConfigureAwait(false))
            {
                break;
            }
        }

        foreach (WriteReport report in await queue.EndAsync().ConfigureAwait(false))
        {
            total = new WriteReport(
                total.Inserted + report.Inserted, total.Modified + report.Modified, total.Deleted + report.Deleted, total.Calls + report.Calls);
        }

        return total;
    }

    private async Task<WriteReport> WriteCountedAsync(P4Update[] batch, int offset, CancellationToken cancellation)
    {
        await RefuseAsync(batch, cancellation).ConfigureAwait(false);
        try
        {
            int calls = await WriteBatchAsync(batch, WriteOrder.Identity(batch.Length), default, cancellation).ConfigureAwait(false);
            return Report(batch, calls);
        }
        catch (P4RuntimeException fault) when (offset > 0 && fault.UpdateErrors.Count > 0)
        {
            throw new P4RuntimeException(
                fault.Code, fault.Operation, "", [.. fault.UpdateErrors.Select(e => e with { Index = e.Index + offset })], fault);
        }
    }

    private async Task<WriteReport> WriteAsync(
        IReadOnlyList<P4Update> updates, bool mend, CancellationToken cancellation)
    {
        await RefuseAsync(updates, cancellation).ConfigureAwait(false);
        int calls = 0;
        foreach (int[] stage in WriteOrder.Stages(updates))
        {
            WriteQueue queue = new(_options.WritesInFlight);
            foreach (int[] batch in stage.Length <= _options.MaximumBatch ? [stage] : stage.Chunk(_options.MaximumBatch))
            {
                if (!await queue.AddAsync(() => WriteOneAsync(updates, batch, mend, cancellation)).ConfigureAwait(false))
                {
                    break;
                }
            }

            calls += (await queue.EndAsync().ConfigureAwait(false)).Sum(r => r.Calls);
        }

        return Report(updates, calls);
    }

    private async Task<WriteReport> WriteOneAsync(
        IReadOnlyList<P4Update> updates, int[] batch, bool mend, CancellationToken cancellation)
    {
        try
        {
            return new WriteReport(0, 0, 0, await WriteBatchAsync(updates, batch, default, cancellation).ConfigureAwait(false));
        }
        catch (P4RuntimeException fault) when (mend && fault.UpdateErrors.Count > 0)
        {
            return new WriteReport(0, 0, 0, 1 + await MendAsync(updates, fault, cancellation).ConfigureAwait(false));
        }
    }

    private async Task<int> MendAsync(IReadOnlyList<P4Update> updates, P4RuntimeException fault, CancellationToken cancellation)
    {
        List<P4Update> again = [];
        foreach (UpdateError error in fault.UpdateErrors)
        {
            P4Update update = updates[error.Index];
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

        return again.Count == 0
            ? 0
            : await WriteBatchAsync(again, WriteOrder.Identity(again.Count), default, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes some of the updates in one call, or in more where they are too large; returns the number of calls.</summary>
    private async Task<int> WriteBatchAsync(
        IReadOnlyList<P4Update> updates, int[] batch, WriteRequest.Types.Atomicity atomicity, CancellationToken cancellation)
    {
        WriteRequest request = new()
        {
            DeviceId = _options.DeviceId,
            ElectionId = ElectionIdProto(),
            Role = _options.Role,
            Atomicity = atomicity,
        };
        request.Updates.Capacity = batch.Length;
        int most = Math.Min(_options.MaximumBatchBytes, _target?.MaximumRequestBytes ?? int.MaxValue);
        bool isSmall = batch.Length <= most / PlainEntryBytes;
        foreach (int index in batch)
        {
            Update update = updates[index].ToProto();
            request.Updates.Add(update);
            isSmall &= update.Entity.TableEntry?.Action is { TypeCase: not TableAction.TypeOneofCase.ActionProfileActionSet };
        }

        if (!isSmall && batch.Length > 1 && atomicity == default && request.CalculateSize() > most)
        {
            int half = batch.Length / 2;
            return await WriteBatchAsync(updates, batch[..half], atomicity, cancellation).ConfigureAwait(false)
                + await WriteBatchAsync(updates, batch[half..], atomicity, cancellation).ConfigureAwait(false);
        }

        await CallAsync(
            Describe(batch.Length),
            (client, token) => client.WriteAsync(request, cancellationToken: token).ResponseAsync,
            cancellation,
            error =>
            {
                if (error.Index >= batch.Length)
                {
                    return error with { Update = "no such update" };
                }

                P4Update update = updates[batch[error.Index]];
                return error with { Index = batch[error.Index], Update = update.ToString(), Hint = WriteHints.Of(update, error.Code) };
            }).ConfigureAwait(false);
        return 1;
    }

    /// <summary>Throws, before anything is sent, where the target is known not to take an update.</summary>
    private async Task RefuseAsync(IReadOnlyList<P4Update> updates, CancellationToken cancellation)
    {
        RefuseOtherProgram(updates);
        bool every = true;
        for (int i = 0; i < updates.Count && every; i++)
        {
            P4Entry entry = updates[i].Entry;
            every = entry.Entity.EntityCase is Entity.EntityOneofCase.TableEntry
                or Entity.EntityOneofCase.ActionProfileMember or Entity.EntityOneofCase.ActionProfileGroup
                && !entry.Program.HasTranslatedStrings;
        }

        if (every)
        {
            return; // what every target takes
        }

        TargetCapabilities target = await TargetAsync(cancellation).ConfigureAwait(false);
        List<UpdateError> refused = [];
        for (int i = 0; i < updates.Count; i++)
        {
            if (target.Refusal(updates[i]) is { } reason)
            {
                refused.Add(new UpdateError(i, StatusCode.Unimplemented, reason, "", 0, updates[i].ToString()));
            }
        }

        if (refused.Count > 0)
        {
            throw new P4RuntimeException(StatusCode.Unimplemented, $"{Name}: {Describe(updates.Count)}", "nothing was sent", refused, null);
        }
    }

    /// <summary>Throws where an entry has the ids of another program than the one that writes go to.</summary>
    private void RefuseOtherProgram(IReadOnlyList<P4Update> updates)
    {
        if ((Pipeline.Saved ?? Program)?.Index is not { } running)
        {
            return; // nobody knows, so the switch has to say it
        }

        P4InfoIndex same = running;
        for (int i = 0; i < updates.Count; i++)
        {
            P4Entry entry = updates[i].Entry;
            if (ReferenceEquals(entry.Program, same) || entry.Entity.PacketReplicationEngineEntry is not null)
            {
                continue;
            }

            if (!entry.Program.Info.Equals(running.Info))
            {
                string? missing = entry.Program.Tables.Select(t => t.Name).FirstOrDefault(t => !running.Tables.TryGet(t, out _));
                if (entry.Entity.TableEntry is { } own && entry.Program.Tables.TryGet(own.TableId, out TableInfo? table) && !running.Tables.TryGet(table.Name, out _))
                {
                    missing = table.Name;
                }

                throw new P4RuntimeException(StatusCode.FailedPrecondition, $"{Name}: {Describe(updates.Count)}", "nothing was sent",
                [
                    new UpdateError(i, StatusCode.FailedPrecondition, $"it is made for another program than the switch runs{(missing is null ? "" : $", which has no table {missing}")}", "", 0, updates[i].ToString(), "bind it to that program, or push its own first"),
                ], null);
            }

            same = entry.Program; // loaded twice
        }
    }

    private static WriteReport Report(IReadOnlyList<P4Update> updates, int calls)
    {
        int inserted = 0;
        int modified = 0;
        int deleted = 0;
        for (int i = 0; i < updates.Count; i++)
        {
            P4Update update = updates[i];
            if (update.Kind == UpdateKind.Modify || update.Entry.IsModifyOnly)
            {
                modified++;
            }
            else if (update.Kind == UpdateKind.Insert)
            {
                inserted++;
            }
            else
            {
                deleted++;
            }
        }

        return new WriteReport(inserted, modified, deleted, calls);
    }

    private static string Describe(int updates) => updates == 1 ? "write of 1 update" : $"write of {updates} updates";
}
