namespace Telemetry.Inference.Network;

/// <summary>Who sent how many packets of a flood.</summary>
internal sealed class SourceTally
{
    private const int UnknownLimit = 10;
    private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);
    private long _unknown;

    /// <summary>Adds packets; of senders that nobody knows only the number counts.</summary>
    public void Add(string source, bool unknown, long packets)
    {
        if (unknown)
        {
            _unknown++;
        }
        else
        {
            _known[source] = _known.GetValueOrDefault(source) + packets;
        }
    }

    /// <summary>Starts anew.</summary>
    public void Clear()
    {
        _known.Clear();
        _unknown = 0;
    }

    /// <summary>The senders of most packets, or that their addresses are made up.</summary>
    public string InWords(int limit)
    {
        if (_unknown > UnknownLimit)
        {
            return "addresses that no host here has";
        }

        long most = _known.Values.DefaultIfEmpty().Max();
        string[] named = [.. _known.Where(s => s.Value * 4 >= most).OrderByDescending(s => s.Value)
            .ThenBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Key).Take(limit + 1)];
        return named.Length > limit ? $"{string.Join(", ", named[..limit])} and others" : string.Join(", ", named);
    }
}
