using System.Globalization;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Live;
using Telemetry.Lab.Mininet.Delays;
using Telemetry.Lab.Mininet.Wires;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Mininet;

/// <summary>
/// A scenario's flows between the hosts of a Mininet network: the very ones of the embedded fabric, through raw sockets in
/// the hosts' namespaces, and what became of them, from sockets and switches' interfaces, never from telemetry.
/// </summary>
internal sealed class MininetTraffic : IDisposable
{
    /// <summary>What a rate in packets stands for: see <c>mininet/telemetry_mininet/queues.py</c>.</summary>
    private const int ReferenceFrameBytes = 1000;

    private const long MaxLagNs = 1_000_000_000;

    private const string HostInterface = "eth0";

    /// <summary>A queue of 64 packets at 2 Mbit/s is empty after so long; a network that takes ten times that has lost the rest.</summary>
    private const int QuietMilliseconds = 300;
    private const int QuietLooks = 10;

    private readonly Topology _topology;
    private readonly ulong _seed;
    private readonly bool _evenFrames;
    private readonly SwitchBudget _budget;
    private readonly EventLoop _loop;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Host> _hosts = new(StringComparer.Ordinal);
    private readonly List<HostSocket> _sockets = [];
    private readonly List<(string Interface, PortTruth Port)> _ports = [];
    private readonly Dictionary<(string Switch, int Port), LineRate> _rates = [];
    private readonly Dictionary<string, int> _routers = [];
    private ScenarioTraffic? _traffic;
    private WireTap? _tap;
    private long _startNs;

    /// <summary>Starts the run's clock.</summary>
    /// <param name="topology">The network.</param>
    /// <param name="seed">Of the scenario.</param>
    /// <param name="time">The clock that says when the run began.</param>
    /// <param name="usual">What switches are of which the topology says nothing else.</param>
    public MininetTraffic(Topology topology, ulong seed, TimeProvider time, SwitchTarget usual)
    {
        _topology = topology;

        // Where a switch's rate counts packets, all datagrams have the size that such a rate stands for.
        _evenFrames = topology.Switches.Any(s => s.RunsP4 && MininetPlan.TargetOf(s, usual) == SwitchTarget.Bmv2);
        _budget = new SwitchBudget(
            topology, s => MininetPlan.TargetOf(s, usual), Environment.ProcessorCount, _evenFrames ? ReferenceFrameBytes : 0);
        _seed = seed;
        // What hosts did not send in time they send soon, and not all at once: that would be a burst that no scenario has.
        _loop = new EventLoop(time.GetUtcNow()) { KeepsPace = true, MaxLagNs = MaxLagNs };
        _thread = new Thread(RunLoop) { IsBackground = true, Name = "traffic" };
        _thread.Start();
    }

    /// <summary>What really happened so far.</summary>
    public FabricTruth Truth { get; } = new();

    /// <summary>The run's clock, nanoseconds; any thread.</summary>
    public Task<long> NowAsync() => _loop.InvokeAsync(() => _loop.NowNs);

    /// <summary>Plans and starts a scenario's flows.</summary>
    /// <param name="name">Scenario.</param>
    /// <param name="seconds">How long it lasts from now on.</param>
    /// <param name="processes">For each host of the topology, a process in its namespace.</param>
    /// <param name="routers">A process in each router's namespace, by the router's name.</param>
    /// <returns>The plan; whoever asked plays its faults.</returns>
    /// <exception cref="ArgumentException">The topology does not suit the scenario.</exception>
    /// <exception cref="MininetException">A host's interface cannot be opened.</exception>
    public async Task<ScenarioPlan> StartAsync(string name, double seconds, IReadOnlyList<int> processes, IReadOnlyDictionary<string, int> routers)
    {
        Open(processes);
        long epochUnixNs = await _loop.InvokeAsync(() =>
            ((DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100) - _loop.NowNs).ConfigureAwait(false);
        WireTracker tracker = new();
        _tap = new WireTap(tracker, epochUnixNs);
        foreach ((string interfaceName, PortTruth port, LineRate rate, bool toHost) in SwitchPorts())
        {
            _ports.Add((interfaceName, port));
            Truth.Add(port);
            _rates.Add((port.Switch, port.Port), rate);
            if (!routers.ContainsKey(port.Switch))
            {
                _tap.Add(interfaceName, tracker.Add(port, rate, toHost));
            }
        }

        foreach ((string router, int process) in routers)
        {
            _routers.Add(router, process);
        }

        ScenarioPlan plan = await _loop.InvokeAsync(() => Begin(name, (long)(seconds * 1e9), tracker)).ConfigureAwait(false);
        _tap.Start();
        return plan;
    }

    /// <summary>Has hosts send no more, and waits until the wires are quiet: telemetry and truth then end with the same packets.</summary>
    public async Task EndAsync()
    {
        await _loop.InvokeAsync(() =>
        {
            _traffic?.End();
            return true;
        }).ConfigureAwait(false);
        for (int look = 0; look < QuietLooks && _tap is { } tap; look++)
        {
            long newestNs = tap.NewestNs;
            await Task.Delay(QuietMilliseconds).ConfigureAwait(false);
            if (tap.NewestNs == newestNs)
            {
                return;
            }
        }
    }

    /// <summary>Notes that a link went down or came up.</summary>
    public Task NoteAsync(LinkAction action) => _loop.InvokeAsync(() =>
    {
        Truth.OnLink(action);
        return true;
    });

    /// <summary>Notes that a switch's port has another rate.</summary>
    public Task NoteRateAsync(LinkEnd end, long bitsPerSecond) => _loop.InvokeAsync(() =>
    {
        if (_rates.TryGetValue((end.Device, end.Port), out LineRate? rate))
        {
            rate.Change(_loop.NowNs, bitsPerSecond);
        }

        return true;
    });

    /// <summary>Notes where frames leave their switch that are delayed after it.</summary>
    public Task NoteDelaysAsync(IReadOnlyList<DelayPlace> places) => _loop.InvokeAsync(() =>
    {
        foreach (DelayPlace place in places)
        {
            _tap?.AddWay(place.Near, place.Interface);
        }

        return true;
    });

    /// <summary>Ends the flows and settles the truth.</summary>
    /// <returns>Run's clock at the end, and counts.</returns>
    public async Task<(long EndNs, FabricCounts Counts)> CompleteAsync()
    {
        await EndLoopAsync().ConfigureAwait(false);
        _tap?.Complete();
        Dictionary<string, (long Frames, long Bytes)> sent = SentByInterface("self");
        foreach (int process in _routers.Values)
        {
            foreach ((string name, (long, long) counts) in SentByInterface(process.ToString(CultureInfo.InvariantCulture)))
            {
                sent[name] = counts;
            }
        }

        foreach ((string interfaceName, PortTruth port) in _ports)
        {
            (port.TxFrames, port.TxBytes) = sent.GetValueOrDefault(interfaceName);
        }

        FabricCounts result = new(
            _topology.Switches.Sum(s => sent.GetValueOrDefault($"{s.Name}-rep").Frames),
            0,
            _hosts.Values.Sum(h => Enum.GetValues<FrameFault>().Where(f => f != FrameFault.None).Sum(h.Faults)),
            _traffic?.TcpRetransmissions ?? 0,
            _startNs,
            _loop.EventsRun);
        return (_loop.NowNs, result);
    }

    /// <summary>What this machine was spared, in words; null when nothing.</summary>
    public string? Spared() => _budget.Note();

    /// <summary>What the account lacks because this machine was too slow, in words; null when nothing.</summary>
    public string? Shortfall()
    {
        long unsent = _sockets.Sum(s => s.SendDrops);
        long unheard = _sockets.Sum(s => s.TakeReceiveDrops());
        long untapped = _tap?.Drops ?? 0;
        return unsent + unheard + untapped == 0 ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"the truth lacks {unsent} frames that hosts' interfaces refused, {unheard} that receivers were too slow for and {untapped} hops");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        foreach (HostSocket socket in _sockets)
        {
            socket.Dispose();
        }

        _tap?.Dispose();
        _loop.Dispose();
        _stop.Dispose();
    }

    // Time to schedule everything before the first packet.
    private const long LeadNs = 200_000_000;

    private void Open(IReadOnlyList<int> processes)
    {
        foreach (HostNode node in _topology.Hosts)
        {
            _hosts.Add(node.Name, new Host(_loop, node));
        }

        long[] rates =
        [
            .. _topology.Hosts.Select(h => _topology.Links.First(l => l.A.Device == h.Name || l.B.Device == h.Name).RateBitsPerSecond),
        ];
        NetworkNamespace.ForEach(processes, i => _sockets.Add(
            new HostSocket(_loop, HostInterface, rates[i], MininetPlan.GatewayMac(_topology, _topology.Hosts[i]))));
        for (int i = 0; i < _sockets.Count; i++)
        {
            // The wire's own delay and loss are Mininet's.
            _hosts[_topology.Hosts[i].Name].Attach(new LinkDirection(_loop, rates[i], 0, 0, 1, _sockets[i]), rates[i]);
        }
    }

    private ScenarioPlan Begin(string name, long lengthNs, WireTracker tracker)
    {
        ScenarioPlan plan = ScenarioCatalog.Plan(
            name, new ScenarioContext(_topology, _seed, _loop.NowNs + LeadNs, _loop.NowNs + LeadNs + lengthNs)
            {
                BackgroundLimit = _budget.FactorFor,
            });
        if (_evenFrames)
        {
            plan = plan with
            {
                Flows = [.. plan.Flows.Select(f => f.Pattern is TcpTraffic ? f : f with { FrameBytes = ReferenceFrameBytes })],
            };
        }

        ScenarioTraffic traffic = new(_loop, _hosts, Truth, stampsLatency: false);
        List<string> faults = [];
        traffic.Validate(plan, _topology.Name, faults);
        if (faults.Count > 0)
        {
            throw new ArgumentException($"scenario {plan.Name} does not fit: " + string.Join("; ", faults));
        }

        traffic.Start(plan);
        Truth.Add(plan.Marks);
        foreach (FlowTruth flow in Truth.Flows)
        {
            tracker.Add(flow);
        }

        for (int i = 0; i < _sockets.Count; i++)
        {
            _sockets[i].Start(_hosts[_topology.Hosts[i].Name]);
        }

        _traffic = traffic;
        _startNs = _loop.NowNs;
        return plan;
    }

    private IEnumerable<(string Interface, PortTruth Port, LineRate Rate, bool ToHost)> SwitchPorts()
    {
        IReadOnlySet<LinkEnd> edges = EdgePorts.Of(_topology);
        foreach (Link link in _topology.Links)
        {
            foreach (LinkEnd near in new[] { link.A, link.B })
            {
                if (!_hosts.ContainsKey(near.Device))
                {
                    yield return (
                        string.Create(CultureInfo.InvariantCulture, $"{near.Device}-eth{near.Port}"),
                        new PortTruth(near.Device, near.Port, link.QueueDepthPackets, BusyMachine.ShortestBurstNs),
                        new LineRate(link.RateBitsPerSecond, _evenFrames ? ReferenceFrameBytes : 0),
                        edges.Contains(near));
                }
            }
        }
    }

    private static Dictionary<string, (long Frames, long Bytes)> SentByInterface(string process)
    {
        Dictionary<string, (long, long)> sent = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines($"/proc/{process}/net/dev").Skip(2))
        {
            // name: eight fields received, then bytes and packets sent
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string[] fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            sent[line[..colon].Trim()] = (
                long.Parse(fields[9], CultureInfo.InvariantCulture), long.Parse(fields[8], CultureInfo.InvariantCulture));
        }

        return sent;
    }

    private async Task EndLoopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _ended.Task.ConfigureAwait(false);
    }

    private void RunLoop()
    {
        try
        {
            Priority.RaiseThread();
            _loop.RunRealTime(_stop.Token);
            _ended.SetResult();
        }
#pragma warning disable CA1031 // the top of the loop's thread: whoever awaits the run gets the fault
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _ended.SetException(fault);
        }
    }
}
