using System.Numerics;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Nodes;

/// <summary>
/// The largest of any number of flows in bounded memory (Space-Saving, weighted by bytes): of each flow it holds what came since it was noticed, which is certain, and how much
/// may have come before at most. That is never more than all bytes divided by the capacity, and no flow that it does not hold had more either. Exact while there are no
/// more flows than it holds. One thread.
/// </summary>
/// <param name="capacity">Flows held, 1 or more; memory is taken with the first one.</param>
internal sealed class TopFlows(int capacity)
{
    private Entry[] _entries = [];

    // Entries as a heap: none may have fewer bytes at most than its parent, the smallest is the first.
    private int[] _heap = [];

    // Open addressing by hash: 1 and the entry, 0 is a free place.
    private int[] _index = [];

    /// <summary>Flows held.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all flows.</summary>
    public ulong Bytes { get; private set; }

    /// <summary>No flow that is not held had more bytes.</summary>
    public ulong OthersBytesMax { get; private set; }

    /// <summary>No flow that is not held had more packets.</summary>
    public ulong OthersPacketsMax { get; private set; }

    /// <summary>Those held, in no order; to be changed only before <see cref="Clear"/>.</summary>
    public Span<Entry> Entries => _entries.AsSpan(0, Count);

    /// <summary>Adds a packet.</summary>
    public void Add(in FiveTuple tuple, ulong hash, ExporterState exporter, int bytes)
    {
        if (_entries.Length == 0)
        {
            _entries = new Entry[capacity];
            _heap = new int[capacity];
            _index = new int[BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        }

        Bytes += (ulong)bytes;
        int at = PlaceOf(tuple, hash);
        int held = _index[at] - 1;
        if (held >= 0)
        {
            ref Entry known = ref _entries[held];
            known.Packets++;
            known.Bytes += (ulong)bytes;
            Down(known.HeapAt);
            return;
        }

        if (Count < capacity)
        {
            held = Count++;
            _entries[held] = new Entry { Tuple = tuple, Hash = hash, Exporter = exporter, Packets = 1, Bytes = (ulong)bytes };
            _index[at] = held + 1;
            Up(held, held);
            return;
        }

        // In the place of the smallest. This one had before no more than the largest of those that had to leave.
        held = _heap[0];
        ref Entry smallest = ref _entries[held];
        (ulong packetsBefore, ulong bytesBefore) = (OthersPacketsMax, OthersBytesMax);
        (OthersPacketsMax, OthersBytesMax) = (Math.Max(packetsBefore, smallest.PacketsMax), Math.Max(bytesBefore, smallest.BytesMax));
        Forget(smallest);
        smallest = new Entry
        {
            Tuple = tuple,
            Hash = hash,
            Exporter = exporter,
            Packets = 1,
            Bytes = (ulong)bytes,
            PacketsError = packetsBefore,
            BytesError = bytesBefore,
        };
        _index[PlaceOf(tuple, hash)] = held + 1;
        Put(0, held);
        Down(0);
    }

    /// <summary>Forgets all; the memory stays.</summary>
    public void Clear()
    {
        if (Count > 0)
        {
            Array.Clear(_index);
            Array.Clear(_entries, 0, Count); // exporters need not live on
        }

        (Count, Bytes, OthersPacketsMax, OthersBytesMax) = (0, 0, 0, 0);
    }

    private int PlaceOf(in FiveTuple tuple, ulong hash)
    {
        int mask = _index.Length - 1;
        int at = (int)hash & mask;
        while (_index[at] > 0 && (_entries[_index[at] - 1].Hash != hash || !_entries[_index[at] - 1].Tuple.Equals(tuple)))
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    // What follows without a gap moves up unless it stands where its hash wants it, or behind the gap.
    private void Forget(in Entry entry)
    {
        int mask = _index.Length - 1;
        int gap = PlaceOf(entry.Tuple, entry.Hash);
        for (int at = (gap + 1) & mask; _index[at] > 0; at = (at + 1) & mask)
        {
            int home = (int)_entries[_index[at] - 1].Hash & mask;
            if (((at - home) & mask) >= ((at - gap) & mask))
            {
                _index[gap] = _index[at];
                gap = at;
            }
        }

        _index[gap] = 0;
    }

    private void Up(int place, int held)
    {
        ulong bytes = _entries[held].BytesMax;
        while (place > 0 && _entries[_heap[(place - 1) / 2]].BytesMax > bytes)
        {
            Put(place, _heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }

        Put(place, held);
    }

    private void Down(int place)
    {
        int held = _heap[place];
        ulong bytes = _entries[held].BytesMax;
        while (true)
        {
            int child = (2 * place) + 1;
            if (child >= Count)
            {
                break;
            }

            child += child + 1 < Count && _entries[_heap[child + 1]].BytesMax < _entries[_heap[child]].BytesMax ? 1 : 0;
            if (_entries[_heap[child]].BytesMax >= bytes)
            {
                break;
            }

            Put(place, _heap[child]);
            place = child;
        }

        Put(place, held);
    }

    private void Put(int place, int held)
    {
        _heap[place] = held;
        _entries[held].HeapAt = place;
    }

    /// <summary>One flow: what is certain, and how much more there may have been.</summary>
    internal struct Entry
    {
        public FiveTuple Tuple;
        public ulong Hash;
        public ExporterState Exporter;
        public ulong Packets;
        public ulong Bytes;
        public ulong PacketsError;
        public ulong BytesError;
        public int HeapAt;

        public readonly ulong BytesMax => Bytes + BytesError;

        public readonly ulong PacketsMax => Packets + PacketsError;
    }
}
