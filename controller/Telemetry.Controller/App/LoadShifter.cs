using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>
/// Turns alerts into weights of ports: an alert takes one off now and after each hold time while it lasts; calm gives
/// one back at a time. Not thread-safe.
/// </summary>
internal sealed class LoadShifter(ClosedLoopOptions options)
{
    private readonly SortedDictionary<(string Switch, int Port), State> _ports = [];

    /// <summary>An alert on an egress port began or ended.</summary>
    public void OnAlert(LinkEnd port, bool active, long nowNs)
    {
        (string, int) key = (port.Device, port.Port);
        if (!_ports.TryGetValue(key, out State? state))
        {
            if (!active)
            {
                return;
            }

            _ports.Add(key, state = new State(options.MaximumWeight, Ns(options.Calm)));
        }

        if (active && !state.Active && state.RaisedNs is { } raised && nowNs - raised <= state.CalmNs)
        {
            state.CalmNs = Math.Min(2 * state.CalmNs, Ns(options.CalmMaximum));
        }

        state.Active = active;
        state.SinceNs = nowNs;
    }

    /// <summary>Changes what is due; the weights if any changed, else null.</summary>
    public PortWeights? Tick(long nowNs)
    {
        bool changed = false;
        foreach (State state in _ports.Values)
        {
            bool held = state.ChangedNs is { } last && nowNs - last < Ns(options.Hold);
            if (state.Active && !held && state.Weight > options.MinimumWeight)
            {
                state.Weight--;
                state.ChangedNs = nowNs;
                changed = true;
            }
            else if (!state.Active && state.Weight < options.MaximumWeight && nowNs - Math.Max(state.SinceNs, state.ChangedNs ?? 0) >= state.CalmNs)
            {
                state.Weight++;
                state.ChangedNs = state.RaisedNs = nowNs;
                changed = true;
            }
        }

        return changed
            ? new PortWeights(options.MaximumWeight, _ports.Where(p => p.Value.Weight < options.MaximumWeight).ToDictionary(p => p.Key, p => p.Value.Weight))
            : null;
    }

    private static long Ns(TimeSpan span) => span.Ticks * 100;

    private sealed class State(int weight, long calmNs)
    {
        public int Weight { get; set; } = weight;

        public bool Active { get; set; }

        /// <summary>When the alert began or ended.</summary>
        public long SinceNs { get; set; }

        public long? ChangedNs { get; set; }

        /// <summary>When it last got weight back.</summary>
        public long? RaisedNs { get; set; }

        public long CalmNs { get; set; } = calmNs;
    }
}
