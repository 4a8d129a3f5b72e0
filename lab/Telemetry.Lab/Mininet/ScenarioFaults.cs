using Telemetry.Controller.Topologies;
using Telemetry.Lab.Scenarios;

namespace Telemetry.Lab.Mininet;

/// <summary>Plays a plan's faults on a Mininet network when they are due, and tells the truth when they took effect.</summary>
internal sealed class ScenarioFaults(Topology topology, MininetNetwork network, MininetTraffic traffic)
{
    /// <summary>Plays all; ends after the last one.</summary>
    /// <exception cref="MininetException">The network refused one.</exception>
    public async Task PlayAsync(ScenarioPlan plan, CancellationToken cancellation)
    {
        List<(long AtNs, Func<Task> Do)> steps =
        [
            .. plan.LinkActions.Select(a => (a.AtNs, (Func<Task>)(() => SetLinkAsync(a, cancellation)))),
            .. plan.LossActions.Select(a => (a.AtNs, (Func<Task>)(() => SetLossAsync(a, cancellation)))),
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

    private async Task SetLinkAsync(LinkAction action, CancellationToken cancellation)
    {
        // Down from the first end that goes down, up once both are.
        long beforeNs = await traffic.NowAsync().ConfigureAwait(false);
        await network.SetLinkAsync(action.A, action.B, action.Up, cancellation).ConfigureAwait(false);
        long afterNs = await traffic.NowAsync().ConfigureAwait(false);
        await traffic.NoteAsync(action with { AtNs = action.Up ? afterNs : beforeNs }).ConfigureAwait(false);
    }

    private async Task SetLossAsync(LossAction action, CancellationToken cancellation)
    {
        double own = topology.Links
            .Where(l => (l.A.Device == action.A && l.B.Device == action.B) || (l.A.Device == action.B && l.B.Device == action.A))
            .Select(l => l.Loss).FirstOrDefault();
        double fraction = 1 - ((1 - own) * (1 - action.Fraction));
        await network.SetLossAsync(action.A, action.B, fraction, cancellation).ConfigureAwait(false);
        await network.SetLossAsync(action.B, action.A, fraction, cancellation).ConfigureAwait(false);
    }
}
