using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Planning;

/// <summary>A set of entries, at most one for each key, by ascending order and then as given. Immutable.</summary>
public sealed class DesiredState
{
    private readonly Dictionary<string, P4Entry> _byKey = [];

    /// <summary>Makes the set; of several entries with one key the first counts.</summary>
    public DesiredState(IEnumerable<P4Entry> entries)
    {
        foreach (P4Entry entry in entries)
        {
            _byKey.TryAdd(entry.Key, entry);
        }

        Entries = [.. _byKey.Values.OrderBy(e => e.Order)]; // a stable sort over insertion order
    }

    /// <summary>No entries.</summary>
    public static DesiredState Empty { get; } = new([]);

    /// <summary>By ascending order.</summary>
    public IReadOnlyList<P4Entry> Entries { get; }

    /// <summary>The entry with this key, or null.</summary>
    public P4Entry? Find(string key) => _byKey.GetValueOrDefault(key);
}
