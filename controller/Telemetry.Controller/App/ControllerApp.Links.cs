using Telemetry.Controller.Client;
using Telemetry.Controller.Discovery;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.App;

public sealed partial class ControllerApp
{
    private readonly ProbeBook _probes;
    private readonly SortedSet<string> _wiringFaults = new(StringComparer.Ordinal);
    private long _foreignProbes;

    /// <summary>LLDP frames that no key of this run signed: ignored.</summary>
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

    private void OnPacket(SwitchAgent agent, ReceivedPacket packet)
    {
        ReadOnlySpan<byte> frame = packet.Payload.Span;
        if (!EthernetHeader.TryRead(frame, out EthernetHeader ethernet) || ethernet.EtherType != EtherType.Lldp
            || packet.IngressPort is not { } port)
        {
            return;
        }

        LinkEnd at = new(agent.Node.Name, port);
        if (_probes.Read(frame) is not { } from)
        {
            Interlocked.Increment(ref _foreignProbes);
            return;
        }

        lock (_gate)
        {
            if (!_links.OnProbe(at, from))
            {
                _wiringFaults.Add($"{from.Device}-p{from.Port} is wired to {at.Device}-p{at.Port}, not as in the topology");
            }
        }
    }

    /// <summary>Judges the interval that ends, has changes routed around, and sends the next probes.</summary>
    private void OnInterval()
    {
        IReadOnlyList<LinkChanged> changes;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            Dictionary<string, Reach> reach = _agents.ToDictionary(a => a.Node.Name, a => a.Reach);
            changes = _links.Tick(RunClock.NowNs(_time), name => reach[name]);
            if (changes.Count > 0)
            {
                Plan();
            }
        }

        if (changes.Count > 0)
        {
            foreach (SwitchAgent agent in NearestFirst(changes))
            {
                agent.Wake();
            }

            foreach (LinkChanged change in changes)
            {
                LinkChanged?.Invoke(change);
            }
        }

        SendProbes();
    }

    private void SendProbes()
    {
        Dictionary<string, SwitchAgent> agents = _agents.ToDictionary(a => a.Node.Name);
        foreach (LinkEnd end in _links.Senders)
        {
            SwitchAgent agent = agents[end.Device];
            if (!agent.CanProbe || agent.Status.State != SwitchState.Primary)
            {
                continue;
            }

            lock (_gate)
            {
                _links.OnSent(end); // a probe that finds the stream gone is a missed one
            }

            agent.Switch.TrySend(_probes.Frame(end), ("egress_port", end.Port));
        }
    }

    /// <summary>
    /// Switches by their distance to the changed links: those at the ends stop sending into a dead link first.
    /// </summary>
    private IEnumerable<SwitchAgent> NearestFirst(IReadOnlyList<LinkChanged> changes)
    {
        Dictionary<string, int> distances = [];
        Queue<string> queue = new(changes.SelectMany(c => new[] { c.A.Device, c.B.Device }).Distinct());
        foreach (string name in queue)
        {
            distances[name] = 0;
        }

        while (queue.TryDequeue(out string? at))
        {
            foreach (LinkStatus link in _links.Links)
            {
                string? next = link.A.Device == at ? link.B.Device : link.B.Device == at ? link.A.Device : null;
                if (next is not null && distances.TryAdd(next, distances[at] + 1))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return _agents.OrderBy(a => distances.GetValueOrDefault(a.Node.Name, int.MaxValue));
    }
}
