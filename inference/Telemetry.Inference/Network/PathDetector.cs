using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Network;

/// <summary>
/// Flows that took another way though no link that they left or joined went down or came up: told once for the link
/// that most of them left, and shown for two seconds. Switches pass over a dead port at once, but that its link is down is
/// known only when probes were missed: so a change waits for that.
/// </summary>
internal sealed class PathDetector(NetworkOptions options)
{
    private const string Name = "path-change";
    private const long ShownNs = 2_000_000_000;

    /// <summary>Routes follow a link's state within this.</summary>
    private const long ExplainedNs = 3_000_000_000;

    /// <summary>Flows that pause longer are forgotten.</summary>
    private const long PausedNs = 30_000_000_000;

    /// <summary>All routes are planned anew when a link changes, and all switches take theirs within this.</summary>
    private const long RolloutNs = 1_500_000_000;

    private readonly Dictionary<FlowName, (IReadOnlyList<string> Path, long SeenNs)> _paths = [];
    private readonly Dictionary<string, long> _linkChangedNs = new(StringComparer.Ordinal);
    private readonly List<(string Flow, IReadOnlyList<string> Before, IReadOnlyList<string> After)> _moved = [];
    private readonly Dictionary<string, long> _explainedNs = new(StringComparer.Ordinal);

    /// <summary>Links that were told, and when flows left them: those that paused then leave them later, and that is no news.</summary>
    private readonly Dictionary<string, long> _leftNs = new(StringComparer.Ordinal);
    private readonly List<NetworkAlert> _shown = [];
    private readonly List<FlowName> _gone = [];
    private long _anyLinkChangedNs = long.MinValue / 2;
    private long _firstNs;
    private long _lastNs;
    private long _sweptNs;

    /// <summary>A link's state changed: routes that follow are no news.</summary>
    public void OnLink(string entity, long atNs) => _linkChangedNs[entity] = _anyLinkChangedNs = atNs;

    /// <summary>Takes a flow of a window.</summary>
    public void Observe(in FlowSample flow, long startNs)
    {
        if (flow.Path.Count < 2)
        {
            return;
        }

        FlowName name = FlowName.Of(flow);
        bool known = _paths.TryGetValue(name, out (IReadOnlyList<string> Path, long SeenNs) before);
        if (!known && _paths.Count >= 50_000)
        {
            return;
        }

        _paths[name] = (flow.Path, startNs);

        // A flow that paused may have missed the change of a link altogether.
        if (known && _anyLinkChangedNs < before.SeenNs - RolloutNs && !before.Path.SequenceEqual(flow.Path))
        {
            _firstNs = _moved.Count == 0 ? startNs : _firstNs;
            _lastNs = startNs;
            _moved.Add(($"{flow.Src}>{flow.Dst}", before.Path, flow.Path));
        }
    }

    /// <summary>Judges the window that ends.</summary>
    public void Close(long endNs, ICollection<NetworkAlert> changed)
    {
        for (int i = _shown.Count - 1; i >= 0; i--)
        {
            if (endNs - _shown[i].DetectedNs >= ShownNs)
            {
                changed.Add(_shown[i]);
                _shown.RemoveAt(i);
            }
        }

        if (_moved.Count > 0 && endNs - _firstNs >= options.PathGatherNs)
        {
            Judge(endNs, changed);
            _moved.Clear();
        }

        if (endNs - _sweptNs > 10_000_000_000)
        {
            _gone.Clear();
            foreach ((FlowName name, (_, long seenNs)) in _paths)
            {
                if (endNs - seenNs > PausedNs)
                {
                    _gone.Add(name);
                }
            }

            _gone.ForEach(name => _paths.Remove(name));
            if (_explainedNs.Count > 0 && endNs - _explainedNs.Values.Max() > ExplainedNs)
            {
                _explainedNs.Clear();
            }

            _sweptNs = endNs;
        }
    }

    /// <summary>Ends what is only shown still.</summary>
    public void Flush(ICollection<NetworkAlert> changed)
    {
        _shown.ForEach(changed.Add);
        _shown.Clear();
    }

    private void Judge(long endNs, ICollection<NetworkAlert> changed)
    {
        SortedDictionary<string, int> left = new(StringComparer.Ordinal);
        SortedSet<string> flows = new(StringComparer.Ordinal);
        foreach ((string flow, IReadOnlyList<string> before, IReadOnlyList<string> after) in _moved)
        {
            if (Links(before).Concat(Links(after)).Any(IsExplained))
            {
                // While routes follow, packets take ways in between, which the last change leaves.
                _explainedNs[flow] = endNs;
            }
        }

        foreach ((string flow, IReadOnlyList<string> before, IReadOnlyList<string> after) in _moved)
        {
            if (_explainedNs.TryGetValue(flow, out long explainedNs) && endNs - explainedNs < ExplainedNs)
            {
                continue;
            }

            HashSet<string> old = [.. Links(before)];
            HashSet<string> now = [.. Links(after)];
            if (old.Any(l => !now.Contains(l) && _leftNs.TryGetValue(l, out long leftNs) && _firstNs - leftNs < PausedNs))
            {
                continue;
            }

            flows.Add(flow);
            foreach (string link in old.Where(l => !now.Contains(l)))
            {
                left[link] = left.GetValueOrDefault(link) + 1;
            }
        }

        if (left.Count == 0)
        {
            return;
        }

        string entity = left.MaxBy(l => l.Value).Key;
        _leftNs[entity] = _firstNs;
        string named = string.Join(", ", flows.Take(4)) + (flows.Count > 4 ? $" and {flows.Count - 4} more" : "");
        string text = $"{flows.Count} {(flows.Count == 1 ? "flow" : "flows")} left {entity}, which is up: {named}";
        NetworkAlert alert = new("pathchange", entity, _firstNs, null, endNs, 1, text, [new Reason("flows_moved", flows.Count, 1)], Name);
        changed.Add(alert);
        _shown.Add(alert with { EndNs = Math.Max(_firstNs, _lastNs) + 100_000_000 });

        bool IsExplained(string link) => Math.Abs(_firstNs - _anyLinkChangedNs) < RolloutNs
            || (_linkChangedNs.TryGetValue(link, out long atNs) && _firstNs - atNs is > -ExplainedNs and < ExplainedNs);
    }

    private static IEnumerable<string> Links(IReadOnlyList<string> path)
    {
        for (int i = 1; i < path.Count; i++)
        {
            yield return NetworkMap.LinkName(path[i - 1], path[i]);
        }
    }
}
