using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Mininet.Delays;
using Telemetry.Lab.Scenarios;

namespace Telemetry.Lab.Mininet;

/// <summary>Plays a plan's faults on a Mininet network when they are due, and tells the truth when they took effect.</summary>
internal sealed class ScenarioFaults(Topology topology, MininetNetwork network, DelayLines delays, MininetTraffic traffic, Action<DrainAction> drain)
{
    /// <summary>Plays all; ends after the last one.</summary>
    /// <exception cref="MininetException">The network refused one.</exception>
    public async Task PlayAsync(ScenarioPlan plan, CancellationToken cancellation)
    {
        List<(long AtNs, Func<Task> Do)> steps =
        [
            .. plan.LinkActions.Select(a => (a.AtNs, (Func<Task>)(() => SetLinkAsync(a, cancellation)))),
            .. plan.LossActions.Select(a => (a.AtNs, (Func<Task>)(() => SetLossAsync(a, cancellation)))),
            .. plan.SlowActions.Select(a => (a.AtNs, (Func<Task>)(() => SetSlowAsync(a, cancellation)))),
            .. plan.QueueRateActions.Select(a => (a.AtNs, (Func<Task>)(() => SetQueueRateAsync(a, cancellation)))),
            .. plan.SwitchActions.Select(a => (a.AtNs, (Func<Task>)(() => SetSwitchAsync(a, cancellation)))),
            .. plan.DrainActions.Select(a => (a.AtNs, (Func<Task>)(() => Task.Run(() => drain(a), cancellation)))),
            .. plan.ReportLossActions.Select(a => (a.AtNs, (Func<Task>)(() => network.SetReportLossAsync(a.Switch, a.Fraction, cancellation)))),
        ];
        foreach (IGrouping<long, (long AtNs, Func<Task> Do)> due in steps.GroupBy(s => s.AtNs).OrderBy(g => g.Key))
        {
            long waitNs = due.Key - await traffic.NowAsync().ConfigureAwait(false);
            if (waitNs > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(waitNs / 1e6), cancellation).ConfigureAwait(false);
            }

            await Task.WhenAll(due.Select(d => d.Do())).ConfigureAwait(false);
        }
    }

    /// <summary>Ends what a plan's faults would leave behind: links and switches that are down, loss, delay, and changed rates.</summary>
    /// <exception cref="MininetException">The network refused one.</exception>
    public async Task MendAsync(ScenarioPlan plan, CancellationToken cancellation)
    {
        foreach (SwitchAction last in plan.SwitchActions.GroupBy(a => a.Switch).Select(Last).Where(a => !a.Up))
        {
            await SetSwitchAsync(last with { Up = true }, cancellation).ConfigureAwait(false);
        }

        foreach (LinkAction last in plan.LinkActions.GroupBy(a => FabricLink.EntityOf(a.A, a.B)).Select(Last).Where(a => !a.Up))
        {
            await SetLinkAsync(last with { Up = true }, cancellation).ConfigureAwait(false);
        }

        foreach (LossAction last in plan.LossActions.GroupBy(a => FabricLink.EntityOf(a.A, a.B)).Select(Last).Where(a => a.Fraction > 0))
        {
            await SetLossAsync(last with { Fraction = 0 }, cancellation).ConfigureAwait(false);
        }

        foreach (SlowAction last in plan.SlowActions.GroupBy(a => FabricLink.EntityOf(a.A, a.B)).Select(Last))
        {
            if (last.DelayNs > 0 || last.JitterNs > 0 || last.RateBitsPerSecond > 0)
            {
                await SetSlowAsync(last with { DelayNs = 0, JitterNs = 0, RateBitsPerSecond = 0, Match = null }, cancellation).ConfigureAwait(false);
            }
        }

        foreach (QueueRateAction last in plan.QueueRateActions.GroupBy(a => (a.Switch, a.Port)).Select(Last).Where(a => a.RateBitsPerSecond > 0))
        {
            await SetQueueRateAsync(last with { RateBitsPerSecond = 0 }, cancellation).ConfigureAwait(false);
        }

        foreach (ReportLossAction last in plan.ReportLossActions.GroupBy(a => a.Switch).Select(Last).Where(a => a.Fraction > 0))
        {
            await network.SetReportLossAsync(last.Switch, 0, cancellation).ConfigureAwait(false);
        }

        foreach (DrainAction last in plan.DrainActions.GroupBy(a => FabricLink.EntityOf(a.A, a.B)).Select(Last).Where(a => a.Drained))
        {
            drain(last with { Drained = false });
        }

        static T Last<TKey, T>(IGrouping<TKey, T> actions) => actions.Last();
    }

    private async Task SetLinkAsync(LinkAction action, CancellationToken cancellation)
    {
        if (topology.Management.Any(l => FabricLink.EntityOf(l.A, l.B) == FabricLink.EntityOf(action.A, action.B)))
        {
            await network.SetLinkAsync(action.A, action.B, action.Up, cancellation).ConfigureAwait(false);
            return; // apart from the data plane: nothing that telemetry should tell
        }

        // Down from the first end that goes down, up once both are.
        long beforeNs = await traffic.NowAsync().ConfigureAwait(false);
        await network.SetLinkAsync(action.A, action.B, action.Up, cancellation).ConfigureAwait(false);
        long afterNs = await traffic.NowAsync().ConfigureAwait(false);
        await traffic.NoteAsync(action with { AtNs = action.Up ? afterNs : beforeNs }).ConfigureAwait(false);
    }

    private async Task SetSwitchAsync(SwitchAction action, CancellationToken cancellation)
    {
        long beforeNs = await traffic.NowAsync().ConfigureAwait(false);
        await network.SetSwitchAsync(action.Switch, action.Up, cancellation).ConfigureAwait(false);
        long afterNs = await traffic.NowAsync().ConfigureAwait(false);
        foreach (Link link in topology.Links.Where(l => l.A.Device == action.Switch || l.B.Device == action.Switch))
        {
            await traffic.NoteAsync(
                new LinkAction(action.Up ? afterNs : beforeNs, link.A.Device, link.B.Device, action.Up)).ConfigureAwait(false);
        }
    }

    private async Task SetQueueRateAsync(QueueRateAction action, CancellationToken cancellation)
    {
        Link link = topology.Links.First(l =>
            (l.A.Device == action.Switch && l.A.Port == action.Port) || (l.B.Device == action.Switch && l.B.Port == action.Port));
        long rate = action.RateBitsPerSecond > 0 ? action.RateBitsPerSecond : link.RateBitsPerSecond;
        await network.SetRateAsync(action.Switch, action.Port, rate, cancellation).ConfigureAwait(false);
        await traffic.NoteRateAsync(new LinkEnd(action.Switch, action.Port), rate).ConfigureAwait(false);
    }

    private async Task SetSlowAsync(SlowAction action, CancellationToken cancellation)
    {
        await delays.SetAsync(action, cancellation).ConfigureAwait(false);
        await traffic.NoteDelaysAsync(delays.Places).ConfigureAwait(false);
        if (action.Match is not null && action.RateBitsPerSecond == 0)
        {
            return; // the end of one class's delay, or its beginning: rates are for all frames
        }

        Link? link = LinkBetween(action.A, action.B);
        long rate = action.RateBitsPerSecond > 0 ? action.RateBitsPerSecond : link?.RateBitsPerSecond ?? 0;
        foreach ((string from, string to) in new[] { (action.A, action.B), (action.B, action.A) })
        {
            await network.SetLinkRateAsync(from, to, rate, cancellation).ConfigureAwait(false);
            if (link is not null)
            {
                await traffic.NoteRateAsync(link.A.Device == from ? link.A : link.B, rate).ConfigureAwait(false);
            }
        }
    }

    private Link? LinkBetween(string a, string b) => topology.Links.FirstOrDefault(l =>
        (l.A.Device == a && l.B.Device == b) || (l.A.Device == b && l.B.Device == a));

    private async Task SetLossAsync(LossAction action, CancellationToken cancellation)
    {
        // Of some packets: the link's own loss, of all, waits meanwhile.
        string match = action is { Match: { } some, Fraction: > 0 } ? NftRule.Of(some) : "";
        double own = match.Length > 0 ? 0 : LinkBetween(action.A, action.B)?.Loss ?? 0;
        double fraction = 1 - ((1 - own) * (1 - action.Fraction));
        await network.SetLossAsync(action.A, action.B, fraction, match, cancellation).ConfigureAwait(false);
        await network.SetLossAsync(action.B, action.A, fraction, match, cancellation).ConfigureAwait(false);
    }
}
