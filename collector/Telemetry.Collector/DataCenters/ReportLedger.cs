using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.DataCenters;

/// <summary>Sums the nodes' report counters; a node that started anew counts from 0, what it counted before stays. One thread.</summary>
internal sealed class ReportLedger
{
    private readonly SortedDictionary<string, ReportCounters> _latest = new(StringComparer.Ordinal);
    private readonly ReportCounters _ended = new();

    /// <summary>Takes a node's newest counters.</summary>
    /// <returns>True when they changed.</returns>
    public bool Set(string node, ReportCounters counters)
    {
        if (_latest.TryGetValue(node, out ReportCounters? before))
        {
            if (before.Equals(counters))
            {
                return false;
            }

            if (counters.Received < before.Received)
            {
                Add(_ended, before);
            }
        }

        _latest[node] = counters;
        return true;
    }

    public ReportCounters Sum()
    {
        ReportCounters sum = _ended.Clone();
        foreach (ReportCounters counters in _latest.Values)
        {
            Add(sum, counters);
        }

        return sum;
    }

    private static void Add(ReportCounters sum, ReportCounters part)
    {
        sum.Received += part.Received;
        sum.Decoded += part.Decoded;
        sum.Malformed += part.Malformed;
        sum.Lost += part.Lost;
        sum.Dropped += part.Dropped;
        foreach ((string kind, ulong count) in part.Errors)
        {
            sum.Errors.TryGetValue(kind, out ulong known);
            sum.Errors[kind] = known + count;
        }
    }
}
