namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Entries whose masked words are equal: they differ in priority or ranges. Chunks answer by bit vectors: most of them
/// sorted, the best entries in the first; what came since waits in chunks of growing size, the newest in a short list,
/// until it is worth sorting all. So n inserts cost n log n, and a look-up never compares more than a few entries.
/// One thread writes while others may read.
/// </summary>
internal sealed class EntryBucket(RangeKey[] ranges)
{
    /// <summary>Entries that are compared one by one before a chunk pays off.</summary>
    private const int MaxTail = 16;
    private volatile State _state = new([], [], new TableEntry[2]);
    private int _dead;
    private int _sorted;
    private int _recent;

    public int Count { get; private set; }

    public TableEntry? Find(ulong[] key)
    {
        State state = _state;
        TableEntry? best = null;
        foreach (RangeChunk chunk in state.Sorted)
        {
            best = chunk.Find(key);
            if (best is not null)
            {
                break;
            }
        }

        foreach (RangeChunk chunk in state.Recent)
        {
            if ((best is null || chunk.Best.Beats(best)) && chunk.Find(key) is TableEntry found && (best is null || found.Beats(best)))
            {
                best = found;
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
        if (_state.TailCount == _state.Tail.Length)
        {
            MakeRoom(_state);
        }

        State state = _state;
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
            _state = new State(state.Sorted, state.Recent, tail) { TailCount = state.TailCount - 1 };
            return;
        }

        if (!TryRemove(state.Sorted, entry))
        {
            TryRemove(state.Recent, entry);
        }

        if (++_dead > MaxTail + (Count / 4))
        {
            SortAll();
        }
    }

    private static bool TryRemove(RangeChunk[] chunks, TableEntry entry)
    {
        foreach (RangeChunk chunk in chunks)
        {
            if (chunk.Remove(entry))
            {
                return true;
            }
        }

        return false;
    }

    private void MakeRoom(State state)
    {
        if (state.Tail.Length < MaxTail)
        {
            TableEntry[] tail = new TableEntry[state.Tail.Length * 2];
            state.Tail.CopyTo(tail, 0);
            _state = new State(state.Sorted, state.Recent, tail) { TailCount = state.TailCount };
        }
        else if (_recent + state.TailCount > RangeChunk.Size + (_sorted / 2))
        {
            SortAll();
        }
        else
        {
            Fold(state);
        }
    }

    /// <summary>Makes a chunk of the tail, together with the recent chunks that are no larger than what it makes.</summary>
    private void Fold(State state)
    {
        List<TableEntry> folded = [.. state.Tail.AsSpan(0, state.TailCount)];
        _recent += state.TailCount;
        int kept = state.Recent.Length;
        while (kept > 0 && state.Recent[kept - 1].Count <= folded.Count && state.Recent[kept - 1].Count + folded.Count <= RangeChunk.Size)
        {
            state.Recent[--kept].AddLive(folded);
        }

        TableEntry[] entries = [.. folded];
        Array.Sort(entries, BestFirst.Instance);
        _state = new State(state.Sorted, [.. state.Recent.AsSpan(0, kept), new RangeChunk(entries, ranges)], new TableEntry[MaxTail]);
    }

    private void SortAll()
    {
        State state = _state;
        List<TableEntry> live = new(Count);
        foreach (RangeChunk chunk in state.Sorted)
        {
            chunk.AddLive(live);
        }

        foreach (RangeChunk chunk in state.Recent)
        {
            chunk.AddLive(live);
        }

        live.AddRange(state.Tail.AsSpan(0, state.TailCount));
        live.Sort(BestFirst.Instance);
        RangeChunk[] chunks = new RangeChunk[(live.Count + RangeChunk.Size - 1) / RangeChunk.Size];
        for (int i = 0; i < chunks.Length; i++)
        {
            int first = i * RangeChunk.Size;
            chunks[i] = new RangeChunk([.. live.GetRange(first, Math.Min(RangeChunk.Size, live.Count - first))], ranges);
        }

        _dead = 0;
        _sorted = live.Count;
        _recent = 0;
        _state = new State(chunks, [], new TableEntry[MaxTail]);
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

    private sealed class State(RangeChunk[] sorted, RangeChunk[] recent, TableEntry[] tail)
    {
        public readonly RangeChunk[] Sorted = sorted;
        public readonly RangeChunk[] Recent = recent;
        public readonly TableEntry[] Tail = tail;
        public int TailCount;
    }

    private sealed class BestFirst : IComparer<TableEntry>
    {
        public static readonly BestFirst Instance = new();

        public int Compare(TableEntry? x, TableEntry? y) => x!.Rank != y!.Rank ? y.Rank.CompareTo(x.Rank) : x.Order.CompareTo(y.Order);
    }
}
