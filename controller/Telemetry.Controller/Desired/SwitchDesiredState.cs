using System.Runtime.CompilerServices;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Desired;

/// <summary>Compares what a switch has with what it shall have.</summary>
public static class SwitchDesiredState
{
    /// <summary>
    /// What has to be written so that the switch has these entries and no others. Cells of counters, meters and
    /// registers, and value sets, count only where they are named; default actions too.
    /// </summary>
    /// <param name="owner">The switch; its program has to be known.</param>
    /// <param name="desired">What it shall have.</param>
    /// <param name="prune">Remove entries that nobody named; otherwise they stay.</param>
    /// <param name="cancellation">Cancels the reads.</param>
    /// <exception cref="P4RuntimeException">A read failed.</exception>
    public static async Task<Plan> PlanAsync(
        this P4Switch owner, IReadOnlyList<P4Entry> desired, bool prune = true, CancellationToken cancellation = default)
    {
        TargetCapabilities target = await owner.TargetAsync(cancellation).ConfigureAwait(false);
        DesiredState wanted = new(desired.OrderBy(e => e.Rank)); // as they are written
        DesiredState installed = await ReadAsync(owner, desired, cancellation).ConfigureAwait(false);
        DesiredState? applied = owner.Applied;
        List<PlanStep> steps = [];
        foreach (P4Update update in StateDiff.Compute(installed, wanted))
        {
            if (update.Kind == UpdateKind.Delete && !prune)
            {
                continue;
            }

            P4Entry? present = installed.Find(update.Entry.Key);
            bool blind = !target.Lists(update.Entry)
                || (present is not null && update.Kind == UpdateKind.Modify && !Differs(update.Entry, present, target.ReadsWatchPorts));
            steps.Add(new PlanStep(
                update.Entry.IsModifyOnly && update.Kind == UpdateKind.Insert ? P4Update.Modify(update.Entry) : update,
                present,
                applied is not null && !blind && Differs(applied.Find(update.Entry.Key), present, target.ReadsWatchPorts),
                blind));
        }

        int changed = steps.Count(s => s.Update.Kind != UpdateKind.Delete);
        return new Plan(owner, desired, steps, wanted.Entries.Count - changed);
    }

    /// <summary>What another client changed since this one applied a plan; empty if this one never did.</summary>
    /// <exception cref="P4RuntimeException">A read failed.</exception>
    public static async Task<IReadOnlyList<Drift>> ReadDriftAsync(this P4Switch owner, CancellationToken cancellation = default)
    {
        if (owner.Applied is not { } applied)
        {
            return [];
        }

        TargetCapabilities target = await owner.TargetAsync(cancellation).ConfigureAwait(false);
        DesiredState installed = await ReadAsync(owner, applied.Entries, cancellation).ConfigureAwait(false);
        List<Drift> drift = [];
        foreach (P4Entry expected in applied.Entries)
        {
            P4Entry? present = installed.Find(expected.Key);
            bool told = present is not null || !expected.IsModifyOnly; // what is always there and not listed cannot be read
            if (told && target.Lists(expected) && Differs(expected, present, target.ReadsWatchPorts))
            {
                drift.Add(new Drift(expected, present));
            }
        }

        drift.AddRange(installed.Entries.Where(e => applied.Find(e.Key) is null).Select(e => new Drift(null, e)));
        return drift;
    }

    /// <summary>Looks for drift again and again; gives what is new since the last look, and nothing twice.</summary>
    /// <exception cref="P4RuntimeException">A read failed.</exception>
    public static async IAsyncEnumerable<Drift> WatchDriftAsync(
        this P4Switch owner, TimeSpan interval, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        HashSet<string> known = [];
        while (true)
        {
            IReadOnlyList<Drift> drift = await owner.ReadDriftAsync(cancellation).ConfigureAwait(false);
            foreach (Drift found in drift.Where(d => !known.Contains(d.ToString())))
            {
                yield return found;
            }

            known = [.. drift.Select(d => d.ToString())];
            await InlineDelay.WaitAsync(interval, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>All that was written, and the default actions that are not the program's own.</summary>
    /// <exception cref="P4RuntimeException">A read failed.</exception>
    public static async Task<IReadOnlyList<P4Entry>> ReadFullStateAsync(this P4Switch owner, CancellationToken cancellation = default)
    {
        List<P4Entry> state = [.. await owner.ReadStateAsync(cancellation).ConfigureAwait(false)];
        P4InfoIndex index = owner.RunningProgram().Index;
        foreach (TableInfo table in index.Tables.Where(t => t.Source.ConstDefaultActionId == 0 && !t.IsConst))
        {
            Entity filter = new() { TableEntry = new TableEntry { TableId = table.Id, IsDefaultAction = true } };
            try
            {
                state.AddRange((await owner.ReadEntriesAsync(filter, cancellation).ConfigureAwait(false))
                    .Where(e => e.IsDefault && e.Entity.TableEntry.Action?.Action is { } action && !IsInitial(table, action)));
            }
            catch (P4RuntimeException fault) when (!fault.IsTransient)
            {
                continue; // a target that does not list default actions
            }
        }

        return state;
    }

    private static bool IsInitial(TableInfo table, P4.V1.Action action) => table.Source.InitialDefaultAction is { } initial
        ? initial.ActionId == action.ActionId && initial.Arguments.All(a => action.Params.Any(p => p.ParamId == a.ParamId && p.Value.Equals(a.Value)))
        : action.Params.Count == 0;

    /// <summary>What the switch has, with the default actions, cells and value sets that are named.</summary>
    private static async Task<DesiredState> ReadAsync(P4Switch owner, IReadOnlyList<P4Entry> named, CancellationToken cancellation)
    {
        List<P4Entry> installed = [.. await owner.ReadStateAsync(cancellation).ConfigureAwait(false)];
        foreach (P4Entry entry in named.Where(e => e.IsModifyOnly))
        {
            Entity filter = entry.Entity.Clone();
            if (filter.TableEntry is { } table)
            {
                filter = new Entity { TableEntry = new TableEntry { TableId = table.TableId, IsDefaultAction = true } };
            }

            try
            {
                installed.AddRange((await owner.ReadEntriesAsync(filter, cancellation).ConfigureAwait(false)).Where(e => e.Key == entry.Key));
            }
            catch (P4RuntimeException fault) when (fault.Code is StatusCode.Unimplemented or StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.Unknown)
            {
                continue; // it cannot be read: it is written anew
            }
        }

        return new DesiredState(installed);
    }

    private static bool Differs(P4Entry? expected, P4Entry? present, bool watchPorts) =>
        expected is null != present is null || (expected is not null && !expected.HasContentOf(present!, watchPorts));
}
