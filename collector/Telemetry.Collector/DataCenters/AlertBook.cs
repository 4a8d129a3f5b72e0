using System.Text;
using Telemetry.Collector.Contracts;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Network;

namespace Telemetry.Collector.DataCenters;

/// <summary>All alerts of a run: those that last, and the newest ended ones. One thread.</summary>
internal sealed class AlertBook(int keptEnded)
{
    private readonly SortedDictionary<ulong, Alert> _alerts = [];
    private readonly Dictionary<(string Kind, string Entity), ulong> _open = [];
    private readonly Queue<ulong> _ended = new();

    /// <summary>Alerts ascending by start, then kind and entity.</summary>
    public IEnumerable<Alert> All => _alerts.Values
        .OrderBy(alert => alert.StartNs)
        .ThenBy(alert => alert.Kind, StringComparer.Ordinal)
        .ThenBy(alert => alert.Entity, StringComparer.Ordinal);

    /// <summary>Takes a congestion alert as the tracker tells it.</summary>
    public Alert Take(PortAlert source)
    {
        Alert alert = new()
        {
            Id = source.Id,
            Kind = "congestion",
            Entity = source.Port,
            StartNs = source.StartNs,
            DetectedNs = source.DetectedNs,
            Score = source.Score,
            Explanation = source.Explanation,
            Detector = source.Detector,
        };
        if (source.EndNs is { } end)
        {
            alert.EndNs = end;
        }

        foreach (Inference.Detectors.Reason reason in source.Reasons)
        {
            alert.Reasons.Add(new Reason { Feature = reason.Feature, Value = reason.Value, Contribution = reason.Contribution });
        }

        return Put(alert);
    }

    /// <summary>Takes an alert of the network monitor: one of kind, entity and start is one alert.</summary>
    public Alert Take(NetworkAlert source)
    {
        Alert alert = new()
        {
            Id = IdOf(source.Kind, source.Entity, source.StartNs),
            Kind = source.Kind,
            Entity = source.Entity,
            StartNs = source.StartNs,
            DetectedNs = source.DetectedNs,
            Score = source.Score,
            Explanation = source.Explanation,
            Detector = source.Detector,
        };
        if (source.EndNs is { } end)
        {
            alert.EndNs = Math.Max(end, source.StartNs);
        }

        alert.Reasons.AddRange(source.Reasons.Select(r => new Reason { Feature = r.Feature, Value = r.Value, Contribution = r.Contribution }));
        return Put(alert);
    }

    /// <summary>Whether an alert of that kind lasts on an entity.</summary>
    public bool IsOpen(string kind, string entity) => _open.ContainsKey((kind, entity));

    /// <summary>Opens an alert on a state; null when there is one on the same entity already.</summary>
    public Alert? Open(string kind, string entity, long startNs, long detectedNs, string explanation, string detector) =>
        _open.ContainsKey((kind, entity))
            ? null
            : Put(new Alert
            {
                Id = IdOf(kind, entity, startNs),
                Kind = kind,
                Entity = entity,
                StartNs = startNs,
                DetectedNs = detectedNs,
                Score = 1,
                Explanation = explanation,
                Detector = detector,
            });

    /// <summary>Ends the alert of that kind on an entity; null when there is none.</summary>
    public Alert? Close(string kind, string entity, long endNs, string addition = "")
    {
        if (!_open.TryGetValue((kind, entity), out ulong id))
        {
            return null;
        }

        Alert ended = _alerts[id].Clone();
        ended.EndNs = Math.Max(endNs, ended.StartNs);
        ended.Explanation += addition;
        return Put(ended);
    }

    /// <summary>Takes up an alert of an earlier run.</summary>
    public Alert Put(Alert alert)
    {
        _alerts[alert.Id] = alert;
        (string, string) key = (alert.Kind, alert.Entity);
        if (!alert.HasEndNs)
        {
            _open[key] = alert.Id;
            return alert;
        }

        if (_open.TryGetValue(key, out ulong open) && open == alert.Id)
        {
            _open.Remove(key);
        }

        _ended.Enqueue(alert.Id);
        while (_ended.Count > keptEnded)
        {
            _alerts.Remove(_ended.Dequeue());
        }

        return alert;
    }

    /// <summary>FNV-1a over kind, entity and start, below 2^53 so that every JSON reader keeps it exact.</summary>
    private static ulong IdOf(string kind, string entity, long startNs)
    {
        ulong hash = 14695981039346656037;
        foreach (byte part in Encoding.UTF8.GetBytes($"{kind}\n{entity}\n{startNs}"))
        {
            hash = unchecked((hash ^ part) * 1099511628211);
        }

        return hash & ((1UL << 53) - 1);
    }
}
