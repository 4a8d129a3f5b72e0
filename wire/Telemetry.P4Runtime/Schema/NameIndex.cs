using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Telemetry.P4Runtime.Schema;

/// <summary>Objects of one kind in source order, found by id, full name, alias or a suffix of the name that only one of them has (at a dot).</summary>
public sealed class NameIndex<T> : IReadOnlyList<T>
    where T : class, INamedObject
{
    private const int MostListed = 30;
    private readonly string _kind;
    private readonly List<T> _items;
    private readonly Dictionary<uint, T> _byId = [];
    private readonly Dictionary<string, T> _byName = new(StringComparer.Ordinal); // with aliases and suffixes

    /// <summary><paramref name="kind"/> is what errors call one object: "table", "match field of table x".</summary>
    /// <exception cref="P4InfoException">Two objects share an id or a full name.</exception>
    internal NameIndex(string kind, IEnumerable<T> items)
    {
        _kind = kind;
        _items = [.. items];
        // An alias or suffix of several objects maps to null.
        var aliases = new Dictionary<string, T?>(StringComparer.Ordinal);
        var suffixes = new Dictionary<string, T?>(StringComparer.Ordinal);
        foreach (var item in _items)
        {
            if (!_byId.TryAdd(item.Id, item))
                throw new P4InfoException($"{kind}: {_byId[item.Id].Name} and {item.Name} have the same id {item.Id}");
            if (!_byName.TryAdd(item.Name, item))
                throw new P4InfoException($"{kind}: two have the name {item.Name}");
            if (item.Alias.Length > 0)
                AddOrDisable(aliases, item.Alias, item);
            for (var dot = item.Name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = item.Name.IndexOf('.', dot + 1))
                AddOrDisable(suffixes, item.Name[(dot + 1)..], item);
        }
        foreach (var (alias, item) in aliases)
            suffixes[alias] = item;
        foreach (var (suffix, item) in suffixes)
        {
            if (item is not null)
                _byName.TryAdd(suffix, item); // a full name counts before another's suffix
        }
    }

    public int Count => _items.Count;

    public T this[int index] => _items[index];

    /// <summary>The object with this id.</summary>
    /// <exception cref="P4InfoException">There is none; lists the known ids.</exception>
    public T Get(uint id) => TryGet(id, out var item)
        ? item
        : throw new P4InfoException($"no {_kind} has id {id} (0x{id:x8}); known: {List(_items.Select(i => $"{i.Id} {i.Name}"))}");

    /// <summary>The object with this name, alias or unambiguous suffix.</summary>
    /// <exception cref="P4InfoException">There is none or several; lists the legal names.</exception>
    public T Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (TryGet(name, out var item))
            return item;
        throw new P4InfoException(Unknown(name));
    }

    /// <summary>What to tell somebody whose name <see cref="TryGet(string, out T)"/> did not find: the closest one, and all that there are.</summary>
    public string Unknown(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var matches = _items.Where(i => i.Alias == name || i.Name.EndsWith("." + name, StringComparison.Ordinal)).Select(i => i.Name).ToList();
        if (matches.Count > 1)
            return $"{_kind} {name} is ambiguous: {List(matches)}";
        var close = NameDistance.Closest(name, _items.Select(i => i.Name));
        return $"no {_kind} {name}; {(close is null ? "" : $"did you mean {close}? ")}known: {List(_items.Select(i => i.Name))}";
    }

    public bool TryGet(uint id, [NotNullWhen(true)] out T? item) => _byId.TryGetValue(id, out item);

    public bool TryGet(string name, [NotNullWhen(true)] out T? item) =>
        _byName.TryGetValue(name, out item);

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void AddOrDisable(Dictionary<string, T?> names, string name, T item)
    {
        if (!names.TryAdd(name, item))
            names[name] = null;
    }

    private static string List(IEnumerable<string> names)
    {
        var sorted = names.Order(StringComparer.Ordinal).ToList();
        return sorted.Count == 0 ? "none"
            : sorted.Count <= MostListed ? string.Join(", ", sorted)
            : $"{string.Join(", ", sorted.Take(MostListed))} and {sorted.Count - MostListed} more";
    }
}
