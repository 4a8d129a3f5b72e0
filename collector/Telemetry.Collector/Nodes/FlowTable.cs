using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Nodes;

/// <summary>Flows by five-tuple: open addressing, one cache line for a look-up besides the flow's own (benchmark decode-aggregate-2hop).</summary>
internal sealed class FlowTable
{
    private Entry[] _entries = new Entry[64];
    private int _hand;

    public int Count { get; private set; }

    /// <summary>Grows with every flow that comes or goes: what was found at the same version is still right.</summary>
    public int Version { get; private set; }

    /// <summary>Asks for the memory of the place where a flow with this hash would be.</summary>
    public void AskPlace(ulong hash) => CacheLines.Ask(ref _entries[(int)hash & (_entries.Length - 1)]);

    /// <summary>Asks for the flow's memory, if one with this hash is there.</summary>
    public void AskFlow(ulong hash)
    {
        Entry[] entries = _entries;
        int mask = entries.Length - 1;
        for (int at = (int)hash & mask; entries[at].Flow is not null; at = (at + 1) & mask)
        {
            if (entries[at].Hash == hash)
            {
                CacheLines.Ask(entries[at].Flow, FlowState.Lines);
                return;
            }
        }
    }

    public FlowState? Find(in FiveTuple tuple, ulong hash)
    {
        Entry[] entries = _entries;
        int mask = entries.Length - 1;
        for (int at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            ref readonly Entry entry = ref entries[at];
            if (entry.Flow is null)
            {
                return null;
            }

            if (entry.Hash == hash && entry.Flow.Tuple.Equals(tuple))
            {
                return entry.Flow;
            }
        }
    }

    /// <summary>Adds a flow that is not in it.</summary>
    public void Add(FlowState flow, ulong hash)
    {
        if ((Count + 1) * 3L > _entries.Length * 2L)
        {
            Entry[] old = _entries;
            _entries = new Entry[old.Length * 2];
            foreach (Entry entry in old)
            {
                if (entry.Flow is not null)
                {
                    Put(entry);
                }
            }
        }

        Put(new Entry(hash, flow));
        Count++;
        Version++;
    }

    /// <summary>
    /// Takes out, for one that needs its place, the flow that is silent longest among the next silent ones in turn: so near enough the one of all, in a time that does
    /// not depend on how many there are.
    /// </summary>
    /// <returns>Null when no silent one was found.</returns>
    public FlowState? Evict()
    {
        const int Candidates = 8;
        const int Places = 1024;
        Entry[] entries = _entries;
        int mask = entries.Length - 1;
        int found = -1;
        for (int i = 0, seen = 0; i < Places && seen < Candidates; i++)
        {
            _hand = (_hand + 1) & mask;
            if (entries[_hand].Flow is { Active: false, Slot: null } flow)
            {
                seen++;
                found = found < 0 || flow.LastPacketNs < entries[found].Flow!.LastPacketNs ? _hand : found;
            }
        }

        if (found < 0)
        {
            return null;
        }

        FlowState evicted = entries[found].Flow!;
        RemoveAt(found);
        return evicted;
    }

    /// <summary>Takes out a flow that is in it.</summary>
    public void Remove(FlowState flow)
    {
        Entry[] entries = _entries;
        int mask = entries.Length - 1;
        int at = (int)flow.Tuple.StableHash & mask;
        while (entries[at].Flow != flow)
        {
            at = (at + 1) & mask;
        }

        RemoveAt(at);
    }

    /// <summary>Takes out all flows for which the condition holds.</summary>
    public void RemoveAll(Predicate<FlowState> condition)
    {
        Entry[] old = _entries;
        Entry[] kept = new Entry[old.Length];
        _entries = kept;
        Count = 0;
        Version++;
        foreach (Entry entry in old)
        {
            if (entry.Flow is not null && !condition(entry.Flow))
            {
                Put(entry);
                Count++;
            }
        }
    }

    public IEnumerable<FlowState> All()
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Flow is not null)
            {
                yield return entry.Flow;
            }
        }
    }

    // What follows without a gap moves up unless it stands where its hash wants it, or behind the gap.
    private void RemoveAt(int gap)
    {
        Entry[] entries = _entries;
        int mask = entries.Length - 1;
        Count--;
        Version++;
        for (int at = (gap + 1) & mask; entries[at].Flow is not null; at = (at + 1) & mask)
        {
            int home = (int)entries[at].Hash & mask;
            if (((at - home) & mask) >= ((at - gap) & mask))
            {
                entries[gap] = entries[at];
                gap = at;
            }
        }

        entries[gap] = default;
    }

    private void Put(Entry entry)
    {
        int mask = _entries.Length - 1;
        int at = (int)entry.Hash & mask;
        while (_entries[at].Flow is not null)
        {
            at = (at + 1) & mask;
        }

        _entries[at] = entry;
    }

    private readonly struct Entry(ulong hash, FlowState flow)
    {
        public ulong Hash { get; } = hash;

        public FlowState? Flow { get; } = flow;
    }
}
