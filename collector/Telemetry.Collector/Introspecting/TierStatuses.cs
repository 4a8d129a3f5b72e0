using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Introspecting;

/// <summary>The newest status of a tier and of all below it. One thread.</summary>
internal sealed class TierStatuses
{
    private readonly SortedDictionary<string, TierStatus> _newest = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>All, by name.</summary>
    public IEnumerable<TierStatus> All => _newest.Values;

    public void Take(IEnumerable<TierStatus> statuses)
    {
        foreach (TierStatus status in statuses)
        {
            if (!_newest.TryGetValue(status.Name, out TierStatus? known) || status.TimeNs >= known.TimeNs)
            {
                _newest[status.Name] = status;
                _changed.Add(status.Name);
            }
        }
    }

    /// <summary>Takes out those that changed since the last call.</summary>
    public void TakeChanged(ICollection<TierStatus> into)
    {
        foreach (string name in _changed)
        {
            into.Add(_newest[name]);
        }

        _changed.Clear();
    }
}
