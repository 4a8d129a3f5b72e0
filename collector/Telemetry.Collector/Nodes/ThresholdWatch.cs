using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Nodes;

/// <summary>Holds windows against limits: tells when an entity goes above one, and when it is below again. One thread.</summary>
internal sealed class ThresholdWatch(IReadOnlyList<Threshold> thresholds)
{
    // Entities above a limit that are remembered; beyond, they are told again in each window.
    private const int MostAbove = 10_000;
    private const double TailShare = 0.99;

    private readonly HashSet<(Threshold Limit, string Entity)> _above = [];
    private readonly ValueHistogram _scratch = new();

    /// <summary>Looks at a window.</summary>
    /// <param name="window">A whole window.</param>
    /// <param name="tell">Takes what is to be said.</param>
    public void Look(Window window, Action<ThresholdCrossing> tell)
    {
        foreach (Threshold limit in thresholds)
        {
            switch (limit.Metric)
            {
                case ThresholdMetric.Latency:
                    Each(window.Ports, limit, port => PortId.Of(port).Entity, port => Tail(port.HopLatencyNs), tell);
                    break;
                case ThresholdMetric.Queue:
                    Each(window.Ports, limit, port => PortId.Of(port).Entity, port => Largest(port.QueueDepth), tell);
                    break;
                case ThresholdMetric.Utilisation:
                    Each(window.Ports, limit, port => PortId.Of(port).Entity, Utilisation, tell);
                    break;
                case ThresholdMetric.Link:
                    Each(window.Links, limit, link => EntityNames.Link(link.A, link.B), link => Tail(link.LatencyNs), tell);
                    break;
                case ThresholdMetric.Flow:
                    Each(window.Flows, limit, flow => EntityNames.Flow(flow.Src, flow.Dst), flow => Tail(flow.LatencyNs), tell);
                    break;
                default:
                    Each(window.Flows, limit, flow => EntityNames.Flow(flow.Src, flow.Dst), Loss, tell);
                    break;
            }
        }
    }

    // Several flows of two hosts are one entity: the worst of them counts.
    private void Each<T>(IEnumerable<T> entries, Threshold limit, Func<T, string> name, Func<T, double?> measure, Action<ThresholdCrossing> tell)
    {
        SortedDictionary<string, (double Value, PortWindow? Port)> worst = new(StringComparer.Ordinal);
        foreach (T entry in entries)
        {
            string entity = name(entry);
            if ((limit.Entity is null || limit.Entity == entity) && measure(entry) is { } value)
            {
                worst[entity] = (Math.Max(value, worst.GetValueOrDefault(entity).Value), entry as PortWindow);
            }
        }

        string metric = limit.Metric.ToString().ToLowerInvariant();
        foreach ((string entity, (double value, PortWindow? port)) in worst)
        {
            if (value > limit.Limit)
            {
                if (_above.Count >= MostAbove || _above.Add((limit, entity)))
                {
                    tell(new(limit, entity, $"{metric} {limit.TextOf(value)}, above {limit.TextOf(limit.Limit)}", port, IsAbove: true));
                }
            }
            else if (_above.Remove((limit, entity)))
            {
                tell(new(limit, entity, $"{metric} {limit.TextOf(value)}, no longer above {limit.TextOf(limit.Limit)}", port, IsAbove: false));
            }
        }
    }

    private double? Tail(Distribution? distribution)
    {
        _scratch.Clear();
        return _scratch.TryMerge(distribution) && _scratch.Count > 0 ? _scratch.Quantile(TailShare) : null;
    }

    private double? Largest(Distribution? distribution)
    {
        _scratch.Clear();
        return _scratch.TryMerge(distribution) && _scratch.Count > 0 ? _scratch.Max : null;
    }

    private static double? Utilisation(PortWindow port) => port.HasTxBytes && port.RateBps > 0 && port.CounterSpanNs > 0
        ? port.TxBytes * 8e9 / port.CounterSpanNs / port.RateBps
        : null;

    private static double? Loss(FlowWindow flow) => flow.HasLost && flow.Packets + flow.Lost > 0 ? (double)flow.Lost / (flow.Packets + flow.Lost) : null;
}
