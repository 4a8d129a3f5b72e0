using Telemetry.Lab.Fabric;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Truth;

/// <summary>
/// What really happened, from the queues, the frames on the wires, the receivers and the schedule; nothing here comes
/// from telemetry. Read it on the loop's thread or after the run.
/// </summary>
public sealed class FabricTruth
{
    private readonly List<PortTruth> _ports = [];
    private readonly List<FlowTruth> _flows = [];
    private readonly List<TruthEpisode> _marks = [];
    private readonly Dictionary<string, List<(long StartNs, long? EndNs)>> _linkDown = new(StringComparer.Ordinal);

    /// <summary>Every switch port with a link, in the topology's order of links.</summary>
    public IReadOnlyList<PortTruth> Ports => _ports;

    /// <summary>Every direction of every flow, in the plan's order.</summary>
    public IReadOnlyList<FlowTruth> Flows => _flows;

    internal void Add(IReadOnlyList<TruthEpisode> marks) => _marks.AddRange(marks);

    internal PacketTracker Tracker { get; } = new();

    /// <summary>Congestion and microbursts of every port, links that were down, and what the scenario says, ascending by start, then entity.</summary>
    /// <param name="nowNs">The end of the run.</param>
    public IReadOnlyList<TruthEpisode> Episodes(long nowNs)
    {
        List<TruthEpisode> episodes = [.. _marks];
        foreach (PortTruth port in _ports)
        {
            episodes.AddRange(Congestion(port, nowNs));
            episodes.AddRange(port.Bursts.Episodes(port.Meter.Episodes(nowNs), nowNs)
                .Select(b => new TruthEpisode("microburst", port.Entity, b.StartNs, b.EndNs)));
        }

        foreach ((string entity, List<(long StartNs, long? EndNs)> spans) in _linkDown)
        {
            episodes.AddRange(spans.Select(s => new TruthEpisode("linkdown", entity, s.StartNs, s.EndNs)));
        }

        return [.. episodes.OrderBy(e => e.StartNs).ThenBy(e => e.Entity, StringComparer.Ordinal)];
    }

    /// <summary>Congestion episodes of one port, ascending.</summary>
    public static IEnumerable<TruthEpisode> Congestion(PortTruth port, long nowNs) =>
        port.Meter.Episodes(nowNs).Select(e => new TruthEpisode("congestion", port.Entity, e.StartNs, e.EndNs));

    /// <summary>Takes over what happened while a scenario was played beside the run: its episodes and flows. Its ports are the run's own.</summary>
    /// <param name="played">The scenario's truth, complete.</param>
    /// <param name="endNs">When it ended, by its own clock.</param>
    /// <param name="aheadNs">What the run's clock shows more than the scenario's.</param>
    internal void Absorb(FabricTruth played, long endNs, long aheadNs)
    {
        _marks.AddRange(played.Episodes(endNs).Select(e => e with { StartNs = e.StartNs + aheadNs, EndNs = (e.EndNs ?? endNs) + aheadNs }));
        _flows.AddRange(played.Flows);
    }

    internal void Add(PortTruth port) => _ports.Add(port);

    internal void Add(FlowTruth flow)
    {
        _flows.Add(flow);
        Tracker.Add(flow);
    }

    internal void OnLink(LinkAction action)
    {
        string entity = FabricLink.EntityOf(action.A, action.B);
        if (!_linkDown.TryGetValue(entity, out List<(long StartNs, long? EndNs)>? spans))
        {
            _linkDown.Add(entity, spans = []);
        }

        bool isDown = spans.Count > 0 && spans[^1].EndNs is null;
        if (!action.Up && !isDown)
        {
            spans.Add((action.AtNs, null));
        }
        else if (action.Up && isDown)
        {
            spans[^1] = (spans[^1].StartNs, action.AtNs);
        }
    }
}
