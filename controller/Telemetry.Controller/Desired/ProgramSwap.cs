using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Desired;

/// <summary>Changes a switch's program under traffic.</summary>
public static class ProgramSwap
{
    /// <summary>
    /// Makes the switch run a program with these entries: saved, filled and then committed, so that no packet meets
    /// empty tables. A target without staging gets the program first and its entries right after it.
    /// </summary>
    /// <param name="owner">The switch.</param>
    /// <param name="program">What it shall run.</param>
    /// <param name="entries">What that program shall have.</param>
    /// <param name="cancellation">Stops between calls; a program that was only saved then stays saved.</param>
    /// <exception cref="P4RuntimeException">The switch refused the program or an entry: what ran before still runs, where the target stages.</exception>
    public static async Task<SwapReport> SwapAsync(
        this P4Switch owner, P4Program program, IReadOnlyList<P4Entry> entries, CancellationToken cancellation = default)
    {
        TargetCapabilities target = await owner.TargetAsync(cancellation).ConfigureAwait(false);
        bool IsAfter(P4Entry entry) => !target.ReplicationFollowsProgram && entry.Entity.PacketReplicationEngineEntry is not null;
        P4Update[] after = [.. entries.Where(IsAfter).Select(P4Update.Insert)];
        P4Update[] before = [.. entries.Where(e => !IsAfter(e)).Select(P4Update.Insert)];
        if (!target.Staging)
        {
            await owner.Pipeline.PushAsync(program, cancellation).ConfigureAwait(false);
            await owner.ForceAsync([.. before, .. after], cancellation).ConfigureAwait(false);
            owner.Applied = new DesiredState(entries);
            return new SwapReport(false, entries.Count, [], 0);
        }

        if (after.Length > 0)
        {
            await owner.ForceAsync([.. await StaleReplicationAsync(owner, entries, cancellation).ConfigureAwait(false)], cancellation).ConfigureAwait(false);
        }

        await owner.Pipeline.SaveAsync(program, cancellation).ConfigureAwait(false);
        await owner.ForceAsync(before, cancellation).ConfigureAwait(false);
        await owner.Pipeline.CommitAsync(cancellation).ConfigureAwait(false);
        await owner.ForceAsync(after, cancellation).ConfigureAwait(false);
        owner.Applied = new DesiredState(entries);
        return new SwapReport(true, entries.Count, [], after.Length);
    }

    /// <summary>
    /// Changes the program and keeps the entries that the new one still has a place for, by their names: by the
    /// switch itself where it can (RECONCILE_AND_COMMIT), else read, bound to the new program and swapped in.
    /// </summary>
    /// <exception cref="P4RuntimeException">The switch refused the program, or a call failed.</exception>
    public static async Task<SwapReport> ReconcileAsync(this P4Switch owner, P4Program program, CancellationToken cancellation = default)
    {
        TargetCapabilities target = await owner.TargetAsync(cancellation).ConfigureAwait(false);
        if (target.Reconciles)
        {
            try
            {
                await owner.Pipeline.ReconcileAsync(program, cancellation).ConfigureAwait(false);
                return new SwapReport(true, (await owner.ReadStateAsync(cancellation).ConfigureAwait(false)).Count, [], 0);
            }
            catch (P4RuntimeException fault) when (fault.Code is StatusCode.Unimplemented or StatusCode.FailedPrecondition or StatusCode.Unknown)
            {
                // by hand then
            }
        }

        List<P4Entry> kept = [];
        List<string> leftOut = [];
        foreach (P4Entry entry in await owner.ReadFullStateAsync(cancellation).ConfigureAwait(false))
        {
            List<string> faults = [];
            if (EntryBinder.Bind(program.Index, entry.ToSpec(), faults) is { } bound)
            {
                kept.Add(bound);
            }
            else
            {
                leftOut.Add($"{entry.Text}: {string.Join("; ", faults)}");
            }
        }

        SwapReport report = await owner.SwapAsync(program, kept, cancellation).ConfigureAwait(false);
        return report with { LeftOut = leftOut };
    }

    /// <summary>Deletions of sessions and groups that would be in the way once the server has forgotten them.</summary>
    private static async Task<IEnumerable<P4Update>> StaleReplicationAsync(
        P4Switch owner, IReadOnlyList<P4Entry> entries, CancellationToken cancellation)
    {
        IReadOnlyList<P4Entry> listed = await owner.ReadReplicationAsync(cancellation).ConfigureAwait(false);
        return [.. listed.Where(l => entries.All(e => e.Key != l.Key)).Select(P4Update.Delete)];
    }
}
