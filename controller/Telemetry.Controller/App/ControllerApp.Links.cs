using Telemetry.Controller.Client;
using Telemetry.Controller.Discovery;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.App;

public sealed partial class ControllerApp
{
    /// <summary>A doubtful link is probed so many times as often.</summary>
    private const int FollowUpsPerInterval = 5;

    /// <summary>Enough to find the links of switches up or down that are taken over.</summary>
    private const int LinksKnownIntervals = 6;

    /// <summary>The CPU port of a switch that the topology gives none.</summary>
    private const int UsualCpuPort = 510;

    private readonly ProbeBook _probes;
    private readonly SortedSet<string> _wiringFaults = new(StringComparer.Ordinal);
    private Dictionary<string, SwitchAgent> _agentByName = [];
    private ITimer? _timer;
    private ITimer? _followUp;
    private long _foreignProbes;
    private long _probesSent;
    private long _startedNs;
    private long _startedAt;

    /// <summary>LLDP frames that no key of this run signed, or that come again: ignored.</summary>
    public long ForeignProbes => Interlocked.Read(ref _foreignProbes);

    /// <summary>Switches whose programs can send and receive probes, by name; links between others are never judged. Empty before the start.</summary>
    public IReadOnlySet<string> Probed => _agents.Where(a => a.CanProbe).Select(a => a.Node.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Wires that probes found where the topology has none, in words, sorted; a snapshot.</summary>
    public IReadOnlyList<string> WiringFaults
    {
        get
        {
            lock (_gate)
            {
                return [.. _wiringFaults];
            }
        }
    }

    private TimeSpan FollowUpInterval => _options.ProbeInterval / FollowUpsPerInterval;

    private void StartProbing()
    {
        _startedNs = RunClock.NowNs(_time);
        _startedAt = _time.GetTimestamp();
        _agentByName = _agents.ToDictionary(a => a.Node.Name);
        _followUp = _time.CreateTimer(_ => OnFollowUp(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer = _time.CreateTimer(_ => OnInterval(), null, _options.ProbeInterval, _options.ProbeInterval);
    }

    private async Task StopProbingAsync()
    {
        foreach (ITimer? timer in new[] { _timer, _followUp })
        {
            if (timer is not null)
            {
                await timer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The run's clock, which no change of the machine's moves.</summary>
    private long NowNs() => _startedNs + (_time.GetElapsedTime(_startedAt).Ticks * 100);

    private void OnPacket(SwitchAgent agent, ReceivedPacket packet)
    {
        ReadOnlySpan<byte> frame = packet.Payload.Span;
        if (!EthernetHeader.TryRead(frame, out EthernetHeader ethernet) || packet.IngressPort is not { } port)
        {
            return;
        }

        if (ethernet.EtherType != EtherType.Lldp)
        {
            OnHostPacket(agent, port, frame);
            return;
        }

        if (LinkProbe.Read(frame) is not { } probe)
        {
            Interlocked.Increment(ref _foreignProbes);
            return;
        }

        LinkEnd at = new(agent.Node.Name, port);
        IReadOnlyList<LinkChanged> changes;
        lock (_gate)
        {
            switch (_links.OnProbe(at, probe.From, probe.Cookie, NowNs()))
            {
                case ProbeReceipt.Foreign:
                    _foreignProbes++;
                    break;
                case ProbeReceipt.Miswired:
                    _wiringFaults.Add($"{probe.From.Device}-p{probe.From.Port} is wired to {at.Device}-p{at.Port}, not as in the topology");
                    break;
            }

            changes = _disposed ? [] : _links.TakeChanges();
        }

        OnChanges(changes);
    }

    /// <summary>Judges the interval that ends, has changes routed around, and sends the next probes.</summary>
    private void OnInterval()
    {
        IReadOnlyList<LinkChanged> changes;
        PortWeights? weights;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _links.EndInterval(NowNs(), name => _agentByName[name].Reach);
            changes = _links.TakeChanges();
            weights = ShiftLoad(NowNs());
        }

        OnChanges(changes);
        if (weights is not null)
        {
            Reroute();
            WeightsChanged?.Invoke(weights);
        }

        AgeHosts();
        foreach (SwitchAgent agent in _agents)
        {
            bool may;
            lock (_gate)
            {
                may = _links.MayProbe(agent.Node.Name, NowNs());
            }

            if (may)
            {
                SendProbes(agent, _links.EndsOf(agent.Node.Name));
            }
        }

        _followUp!.Change(FollowUpInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Probes again where a probe is overdue or was lost, until it is known what that means.</summary>
    private void OnFollowUp()
    {
        IReadOnlyList<(LinkEnd From, LinkEnd To)> doubtful;
        lock (_gate)
        {
            doubtful = _disposed ? [] : _links.Doubtful(NowNs(), FollowUpInterval.Ticks * 50);
        }

        if (doubtful.Count == 0)
        {
            return;
        }

        foreach (SwitchAgent agent in _agents.Where(a => doubtful.Any(d => d.From.Device == a.Node.Name || d.To.Device == a.Node.Name)))
        {
            SendProbes(agent, doubtful.Where(d => d.From.Device == agent.Node.Name).Select(d => d.From));
        }

        _followUp!.Change(FollowUpInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Probes out of some ports of a switch, and after them its echo.</summary>
    private void SendProbes(SwitchAgent agent, IEnumerable<LinkEnd> ends)
    {
        if (!agent.MayProbe)
        {
            return;
        }

        foreach (LinkEnd end in ends)
        {
            Send(agent, end);
        }

        Send(agent, new LinkEnd(agent.Node.Name, agent.Node.CpuPort ?? UsualCpuPort));
    }

    private void Send(SwitchAgent agent, LinkEnd end)
    {
        (byte[] frame, ulong cookie) = _probes.Make(end, Interlocked.Increment(ref _probesSent));
        lock (_gate)
        {
            _links.OnSent(end, cookie, NowNs()); // before it can come back
        }

        if (!agent.Switch.TrySend(frame, ("egress_port", end.Port)))
        {
            lock (_gate)
            {
                _links.OnNotSent(end, cookie);
            }
        }
    }

    async Task IFabricKnowledge.LinksKnownAsync(string name, CancellationToken cancellation)
    {
        IReadOnlySet<string> probed = Probed;
        for (TimeSpan waited = TimeSpan.Zero; waited < LinksKnownIntervals * _options.ProbeInterval; waited += FollowUpInterval)
        {
            lock (_gate)
            {
                if (!_links.Links.Any(l => l.Health == LinkHealth.Unknown
                    && (l.A.Device == name || l.B.Device == name) && probed.Contains(l.A.Device) && probed.Contains(l.B.Device)))
                {
                    return;
                }
            }

            await InlineDelay.WaitAsync(FollowUpInterval, _time, cancellation).ConfigureAwait(false);
        }
    }

    private void OnChanges(IReadOnlyList<LinkChanged> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        Reroute();
        foreach (LinkChanged change in changes)
        {
            LinkChanged?.Invoke(change);
        }
    }
}
