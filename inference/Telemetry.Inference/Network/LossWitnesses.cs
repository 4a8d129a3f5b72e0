namespace Telemetry.Inference.Network;

/// <summary>
/// What flows missed lately, by the way that they took: says whether a link's loss shows in the flows over it. Flows that
/// met a full queue say nothing, nor do those with another link on their way whose other flows miss as much.
/// </summary>
internal sealed class LossWitnesses(int windows)
{
    /// <summary>Flows must miss so much of what counters say: losses are told late, and packets without INT cross too.</summary>
    private const double Agreement = 0.4;

    /// <summary>Share of a flow's loss that another link must show without it to be the reason.</summary>
    private const double Explanation = 0.5;

    private readonly Queue<Dictionary<string, Way>> _recent = new();
    private readonly Dictionary<string, Way> _all = new(StringComparer.Ordinal);
    private Dictionary<string, Way> _window = new(StringComparer.Ordinal);

    /// <summary>Takes a flow of the window.</summary>
    public void Add(IReadOnlyList<string> path, long packets, long lost, bool full)
    {
        string key = string.Join(' ', path);
        if (!_window.TryGetValue(key, out Way? way))
        {
            _window.Add(key, way = new Way(path));
        }

        way.Add(packets, full ? 0 : packets, full ? 0 : lost);
    }

    /// <summary>Ends the window, and forgets the oldest.</summary>
    public void EndWindow()
    {
        foreach ((string key, Way way) in _window)
        {
            if (!_all.TryGetValue(key, out Way? sum))
            {
                _all.Add(key, sum = new Way(way.Path));
            }

            sum.Add(way.Packets, way.Clear, way.Lost);
            sum.Windows++;
        }

        _recent.Enqueue(_window);
        if (_recent.Count <= windows)
        {
            _window = new(StringComparer.Ordinal);
            return;
        }

        _window = _recent.Dequeue();
        foreach ((string key, Way way) in _window)
        {
            Way sum = _all[key];
            sum.Add(-way.Packets, -way.Clear, -way.Lost);
            if (--sum.Windows == 0)
            {
                _all.Remove(key);
            }
        }

        _window.Clear();
    }

    /// <summary>Whether flows from one switch to the next miss enough packets for a loss that counters show there.</summary>
    public bool Confirm(string from, string to, long lost)
    {
        double packets = 0;
        double clear = 0;
        double missed = 0;
        foreach (Way way in _all.Values)
        {
            if (!way.Crosses(from, to))
            {
                continue;
            }

            packets += way.Packets;
            if (!IsExplained(way, from, to))
            {
                clear += way.Clear;
                missed += way.Lost;
            }
        }

        return missed > 0 && missed * packets >= Agreement * lost * clear;
    }

    private bool IsExplained(Way way, string from, string to)
    {
        if (way.Lost == 0)
        {
            return false;
        }

        for (int i = 1; i < way.Path.Count; i++)
        {
            (string a, string b) = (way.Path[i - 1], way.Path[i]);
            double lost = 0;
            double clear = 0;
            foreach (Way other in _all.Values)
            {
                if ((a != from || b != to) && other.Crosses(a, b) && !other.Crosses(from, to))
                {
                    lost += other.Lost;
                    clear += other.Clear;
                }
            }

            if (lost > 0 && lost * way.Clear >= Explanation * way.Lost * clear)
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Way(IReadOnlyList<string> path)
    {
        public IReadOnlyList<string> Path => path;

        /// <summary>Windows that are summed up here.</summary>
        public int Windows { get; set; }

        public long Packets { get; private set; }

        /// <summary>Of those, packets of flows that met no full queue.</summary>
        public long Clear { get; private set; }

        /// <summary>What flows missed that met no full queue.</summary>
        public long Lost { get; private set; }

        public void Add(long packets, long clear, long lost) => (Packets, Clear, Lost) = (Packets + packets, Clear + clear, Lost + lost);

        public bool Crosses(string from, string to)
        {
            for (int i = 1; i < path.Count; i++)
            {
                if (path[i - 1] == from && path[i] == to)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
