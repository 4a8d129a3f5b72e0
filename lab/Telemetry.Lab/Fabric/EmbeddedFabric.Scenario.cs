using Telemetry.Controller.Topologies;
using Telemetry.Lab.Scenarios;
using Telemetry.SoftSwitch.Ports;

namespace Telemetry.Lab.Fabric;

public sealed partial class EmbeddedFabric
{
    /// <summary>Raised when a scenario has the controller take traffic off a link: a fabric has none itself.</summary>
    public event Action<DrainAction>? Drained;

    /// <summary>Schedules everything that a scenario will do; once a fabric.</summary>
    /// <exception cref="ArgumentException">The plan names a device or link that is not there, or a size or time out of bounds; all faults are named.</exception>
    public void Start(ScenarioPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (_plan is not null)
        {
            throw new InvalidOperationException($"scenario {_plan.Name} already runs");
        }

        Validate(plan);
        _plan = plan;
        _traffic.Start(plan);
        foreach (LinkAction action in plan.LinkActions)
        {
            At(action.AtNs, () => SetLinkUp(action.A, action.B, action.Up));
        }

        foreach (LossAction action in plan.LossActions)
        {
            ForLinks(action.AtNs, action.A, action.B, l => l.SetLoss(action.Fraction, action.Match));
        }

        foreach (SlowAction action in plan.SlowActions)
        {
            ForLinks(action.AtNs, action.A, action.B, l => l.SetSlow(action));
        }

        foreach (QueueRateAction action in plan.QueueRateActions)
        {
            At(action.AtNs, () => SetQueueRate(action));
        }

        foreach (SwitchAction action in plan.SwitchActions)
        {
            At(action.AtNs, () => SetSwitchUp(action.Switch, action.Up));
        }

        foreach (DrainAction action in plan.DrainActions)
        {
            At(action.AtNs, () => Drained?.Invoke(action));
        }

        foreach (ReportLossAction action in plan.ReportLossActions)
        {
            At(action.AtNs, () => _reportPortOf[action.Switch].SetLoss(action.Fraction));
        }

        Truth.Add(plan.Marks);
    }

    /// <inheritdoc/>
    public void OnEvent(long arg) => _scheduled[(int)arg]();

    /// <summary>Takes a switch's power, or gives it back: its links are dead meanwhile, and so is all that it answers.</summary>
    internal void SetSwitchUp(string name, bool up)
    {
        _ = up ? _off.Remove(name) : _off.Add(name);
        foreach (Link link in Topology.Links.Where(l => l.A.Device == name || l.B.Device == name))
        {
            SetLinkUp(link.A.Device, link.B.Device, up);
        }

        _reportPortOf[name].SetLoss(up ? 0 : 1);
    }

    private void SetQueueRate(QueueRateAction action)
    {
        Link link = Topology.Links.First(l => IsEnd(l.A, action) || IsEnd(l.B, action));
        long rate = action.RateBitsPerSecond > 0 ? action.RateBitsPerSecond : link.RateBitsPerSecond;
        _switchByName[action.Switch].SetPortOptions(action.Port, new PortOptions(rate, link.QueueDepthPackets));
    }

    private static bool IsEnd(LinkEnd end, QueueRateAction action) => end.Device == action.Switch && end.Port == action.Port;

    private void ForLinks(long timeNs, string a, string b, Action<FabricLink> action)
    {
        string entity = FabricLink.EntityOf(a, b);
        At(timeNs, () => _links.Where(l => l.Entity == entity).ToList().ForEach(action));
    }

    private void At(long timeNs, Action action)
    {
        _scheduled.Add(action);
        _loop.Schedule(timeNs, this, _scheduled.Count - 1);
    }

    private void Validate(ScenarioPlan plan)
    {
        List<string> faults = [];
        _traffic.Validate(plan, Topology.Name, faults);
        faults.AddRange(plan.LinkActions.Where(l => !Management.Has(l.A, l.B) && !HasLink(l.A, l.B)).Select(l => NoLink(l.A, l.B)));
        faults.AddRange(plan.LossActions.Where(l => !HasLink(l.A, l.B)).Select(l => NoLink(l.A, l.B)));
        faults.AddRange(plan.SlowActions.Where(l => !HasLink(l.A, l.B)).Select(l => NoLink(l.A, l.B)));
        faults.AddRange(plan.DrainActions.Where(l => !HasLink(l.A, l.B)).Select(l => NoLink(l.A, l.B)));
        faults.AddRange(plan.QueueRateActions
            .Where(q => !_switchByName.ContainsKey(q.Switch) || !Topology.Links.Any(l => IsEnd(l.A, q) || IsEnd(l.B, q)))
            .Select(q => $"no port {q.Switch}-p{q.Port}"));
        faults.AddRange(plan.SwitchActions.Select(s => s.Switch).Concat(plan.ReportLossActions.Select(r => r.Switch))
            .Where(s => !_switchByName.ContainsKey(s)).Select(s => $"no switch {s}"));
        if (faults.Count > 0)
        {
            throw new ArgumentException($"scenario {plan.Name} does not fit: " + string.Join("; ", faults.Distinct()));
        }

        bool HasLink(string a, string b) => _links.Exists(l => l.Entity == FabricLink.EntityOf(a, b));

        static string NoLink(string a, string b) => $"no link between {a} and {b}";
    }
}
