namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Entries whose masked words are equal: they differ in priority or ranges. Sorted chunks answer by bit vectors; what
/// came since waits in a short tail until it is worth a rebuild, so that n inserts cost n log n. One thread writes while
/// others may read.
/// </summary>
internal sealed class EntryBucket(RangeKey[] ranges)
{
    /// <summary>Entries that are compared one by one before chunks pay off.</summary>
    private const int MaxTail = 16;
    private volatile State _state = new([], new TableEntry[4]);
    private int _dead;

    public int Count { get; private set; }

    public IEnumerable<TableEntry> Items => _state.Live;

    public TableEntry? Find(ulong[] key)
    {
        State state = _state;
        TableEntry? best = null;
        foreach (RangeChunk chunk in state.Chunks)
        {
            best = chunk.Find(key);
            if (best is not null)
            {
                break;
            }
        }

        int count = Volatile.Read(ref state.TailCount);
        for (int i = 0; i < count; i++)
        {
            TableEntry entry = state.Tail[i];
            if ((best is null || entry.Beats(best)) && InRanges(entry, key))
            {
                best = entry;
            }
        }

        return best;
    }

    public void Insert(TableEntry entry)
    {
        Count++;
        State state = _state;
        if (state.TailCount == state.Tail.Length)
        {
            if (state.TailCount >= MaxTail + (state.ChunkEntries / 8))
            {
                Rebuild();
                state = _state;
            }
            else
            {
                TableEntry[] tail = new TableEntry[state.Tail.Length * 2];
                state.Tail.CopyTo(tail, 0);
                state = new State(state.Chunks, tail) { TailCount = state.TailCount };
                _state = state;
            }
        }

        state.Tail[state.TailCount] = entry;
        Volatile.Write(ref state.TailCount, state.TailCount + 1);
    }

    public void Remove(TableEntry entry)
    {
        Count--;
        State state = _state;
        int inTail = Array.IndexOf(state.Tail, entry, 0, state.TailCount);
        if (inTail >= 0)
        {
            TableEntry[] tail = new TableEntry[state.Tail.Length];
            Array.Copy(state.Tail, tail, inTail);
            Array.Copy(state.Tail, inTail + 1, tail, inTail, state.TailCount - inTail - 1);
            _state = new State(state.Chunks, tail) { TailCount = state.TailCount - 1 };
            return;
        }

        foreach (RangeChunk chunk in state.Chunks)
        {
            if (chunk.Remove(entry))
            {
                break;
            }
        }

        if (++_dead > MaxTail + (Count / 4))
        {
            Rebuild();
        }
    }

    private void Rebuild()
    {
        TableEntry[] all = [.. _state.Live.OrderByDescending(e => e.Rank).ThenBy(e => e.Order)];
        _dead = 0;
        _state = new State([.. all.Chunk(RangeChunk.Size).Select(c => new RangeChunk(c, ranges))], new TableEntry[4]);
    }

    private bool InRanges(TableEntry entry, ulong[] key)
    {
        for (int i = 0; i < ranges.Length; i++)
        {
            if (!entry.Ranges[i].Contains(key, ranges[i].Slot))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class State(RangeChunk[] chunks, TableEntry[] tail)
    {
        public readonly RangeChunk[] Chunks = chunks;
        public readonly TableEntry[] Tail = tail;
        public int TailCount;

        public int ChunkEntries => Chunks.Length * RangeChunk.Size;

        public IEnumerable<TableEntry> Live => Chunks.SelectMany(c => c.Live).Concat(Tail.Take(TailCount));
    }
}
