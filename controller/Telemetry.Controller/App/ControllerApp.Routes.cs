using Telemetry.Controller.Client;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

public sealed partial class ControllerApp
{
    /// <summary>How long switches may take to write before others rely on it all the same.</summary>
    private static readonly TimeSpan s_waveTimeout = TimeSpan.FromMilliseconds(200);

    private readonly HashSet<Link> _drained = [];
    private SwitchRoutes? _routes;
    private Task _rollingOut = Task.CompletedTask;
    private int _rollout;
    private bool _routesStale;
    private bool _planning;
    private long _routeChanges;

    /// <summary>How often routes were planned anew since the start because links, hosts or weights changed.</summary>
    public long RouteChanges => Interlocked.Read(ref _routeChanges);

    /// <summary>
    /// Takes traffic off a link that is up, as before work on it, or lets it back; where hosts are reached over no other
    /// way, they no longer are. Any thread.
    /// </summary>
    /// <param name="a">Device at one end.</param>
    /// <param name="b">Device at the other.</param>
    /// <param name="drained">False lets traffic back.</param>
    /// <exception cref="ArgumentException">There is no such link.</exception>
    public void Drain(string a, string b, bool drained)
    {
        Link[] links = [.. _topology.Links.Where(l => (l.A.Device == a && l.B.Device == b) || (l.A.Device == b && l.B.Device == a))];
        if (links.Length == 0)
        {
            throw new ArgumentException($"no link between {a} and {b}");
        }

        lock (_gate)
        {
            foreach (Link link in links)
            {
                _ = drained ? _drained.Add(link) : _drained.Remove(link);
            }
        }

        Reroute();
    }

    /// <summary>What every switch shall have over all links; before any is contacted.</summary>
    private void PlanFirst()
    {
        _routes = SwitchRoutes.Compute(_topology, _ => true);
        foreach (SwitchAgent agent in _agents)
        {
            agent.Demand(agent.Plan(_topology, _routes, _weights, _options));
        }
    }

    /// <summary>Routes around the links that are down now. One caller does it; what others find meanwhile, it does too.</summary>
    private void Reroute()
    {
        lock (_gate)
        {
            _routesStale = true;
            if (_planning)
            {
                return;
            }

            _planning = true;
        }

        while (true)
        {
            HashSet<Link> down;
            lock (_gate)
            {
                if (!_routesStale || _disposed)
                {
                    _planning = false;
                    return;
                }

                _routesStale = false;
                down = _links.Down;
                down.UnionWith(_drained);
            }

            Interlocked.Increment(ref _routeChanges);
            Topology network = Network();
            SwitchRoutes routes = SwitchRoutes.Compute(network, link => !down.Contains(link));
            IReadOnlyList<IReadOnlyList<string>> waves = RolloutOrder.Waves(network, _routes!, routes);
            Dictionary<string, DesiredState> plans = _agents.ToDictionary(a => a.Node.Name, a => a.Plan(network, routes, _weights, _options));
            _routes = routes;
            Task rollout = RollOutAsync(waves, plans, ++_rollout);
            lock (_gate)
            {
                _rollingOut = _rollingOut.IsCompleted ? rollout : Task.WhenAll(_rollingOut, rollout);
            }
        }
    }

    /// <summary>
    /// Has switches write their plans wave by wave: who sends packets a new way waits for those that they meet there.
    /// A later rollout takes over from an earlier one.
    /// </summary>
    private async Task RollOutAsync(
        IReadOnlyList<IReadOnlyList<string>> waves, Dictionary<string, DesiredState> plans, int number)
    {
        foreach (IReadOnlyList<string> wave in waves)
        {
            foreach (string name in wave)
            {
                SwitchAgent agent = _agentByName[name];
                agent.Demand(plans[name]);
                agent.Wake();
            }

            Task written = Task.WhenAll(wave.Select(name => _agentByName[name].Settled));
            if (!written.IsCompleted)
            {
                try
                {
                    await WaitAtMostAsync(written, s_waveTimeout, _stopping.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }

            if (number != Volatile.Read(ref _rollout))
            {
                return;
            }
        }
    }

    async Task IFabricKnowledge.AllReadyAsync(CancellationToken cancellation)
    {
        Task ready = Task.WhenAll(_agents.Select(a => a.Ready));
        if (!ready.IsCompleted)
        {
            await WaitAtMostAsync(ready, _options.ConnectGrace, cancellation).ConfigureAwait(false);
        }
    }

    private async Task WaitAtMostAsync(Task task, TimeSpan limit, CancellationToken cancellation)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task timeout = InlineDelay.WaitAsync(limit, _time, ended.Token);
        await Task.WhenAny(task, timeout).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        ended.Cancel(); // not CancelAsync: its callbacks would leave the loop's thread
        await timeout.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
