using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Nodes;

/// <summary>Flows by five-tuple: open addressing, one cache line for a look-up besides the flow's own (benchmark decode-aggregate-2hop).</summary>
internal sealed class FlowTable
{
    private Entry[] _entries = new Entry[64];

    public int Count { get; private set; }

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
    }

    /// <summary>Takes out all flows for which the condition holds.</summary>
    public void RemoveAll(Predicate<FlowState> condition)
    {
        Entry[] old = _entries;
        Entry[] kept = new Entry[old.Length];
        _entries = kept;
        Count = 0;
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
