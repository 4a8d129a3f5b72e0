using System.Numerics;
using System.Runtime.CompilerServices;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Open-addressing hash table from keys of a fixed number of words to items. Masked words let one index serve all
/// entries of one mask. One thread writes while others may read: a slot's key never changes once its item is visible,
/// and growing swaps the whole table.
/// </summary>
internal sealed class ExactIndex<T>(int words, ulong[]? mask)
    where T : class
{
    /// <summary>Marks a slot whose key was removed, until the next rebuild.</summary>
    private static readonly object Removed = new();

    /// <summary>2^64 by the golden ratio, odd.</summary>
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private volatile Slots _slots = new(8, words);

    public int Count { get; private set; }

    public T? Find(ulong[] key)
    {
        Slots slots = _slots;
        object?[] items = slots.Items;
        ulong[] keys = slots.Keys;
        int slotMask = items.Length - 1;
        if (words == 1)
        {
            ulong word = mask is null ? key[0] : key[0] & mask[0];
            for (int at = slots.First(word); ; at = (at + 1) & slotMask)
            {
                object? found = Volatile.Read(ref items[at]);
                if (found is null || keys[at] == word)
                {
                    return found == Removed ? null : Unsafe.As<T?>(found);
                }
            }
        }

        for (int slot = slots.First(HashOf(key)); ; slot = (slot + 1) & slotMask)
        {
            object? found = Volatile.Read(ref items[slot]);
            if (found is null || Matches(keys, slot * words, key))
            {
                return found == Removed ? null : Unsafe.As<T?>(found);
            }
        }
    }

    /// <summary>Adds an item; false when the key has one.</summary>
    public bool TryAdd(ulong[] key, T item)
    {
        MakeRoom();
        int slot = SlotOf(key);
        if (_slots.Items[slot] is object known && known != Removed)
        {
            return false;
        }

        Count++;
        _slots.Put(slot, key, mask, item);
        return true;
    }

    /// <summary>Adds or replaces.</summary>
    public void Set(ulong[] key, T item)
    {
        MakeRoom();
        int slot = SlotOf(key);
        Count += _slots.Items[slot] is object known && known != Removed ? 0 : 1;
        _slots.Put(slot, key, mask, item);
    }

    public void Remove(ulong[] key)
    {
        int slot = SlotOf(key);
        if (_slots.Items[slot] is object item && item != Removed)
        {
            Volatile.Write(ref _slots.Items[slot], Removed);
            Count--;
        }
    }

    private void MakeRoom()
    {
        if ((_slots.Used + 1) * 2 > _slots.Items.Length)
        {
            Rebuild();
        }
    }

    private int SlotOf(ulong[] key)
    {
        Slots slots = _slots;
        int slotMask = slots.Items.Length - 1;
        int slot = slots.First(HashOf(key));
        while (slots.Items[slot] is not null && !Matches(slots.Keys, slot * words, key))
        {
            slot = (slot + 1) & slotMask;
        }

        return slot;
    }

    private void Rebuild()
    {
        Slots old = _slots;
        int capacity = 8;
        while (capacity < (Count + 1) * 4)
        {
            capacity *= 2;
        }

        Slots next = new(capacity, words);
        ulong[] key = new ulong[words];
        for (int i = 0; i < old.Items.Length; i++)
        {
            if (old.Items[i] is object item && item != Removed)
            {
                Array.Copy(old.Keys, i * words, key, 0, words);
                int slot = next.First(HashOf(key));
                while (next.Items[slot] is not null)
                {
                    slot = (slot + 1) & (capacity - 1);
                }

                next.Put(slot, key, null, item);
            }
        }

        _slots = next;
    }

    private bool Matches(ulong[] keys, int at, ulong[] key)
    {
        for (int i = 0; i < words; i++)
        {
            if (keys[at + i] != (mask is null ? key[i] : key[i] & mask[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>One word of the key's words: the word itself where there is only one.</summary>
    private ulong HashOf(ulong[] key)
    {
        if (words == 1)
        {
            return mask is null ? key[0] : key[0] & mask[0];
        }

        ulong hash = 0;
        for (int i = 0; i < words; i++)
        {
            hash = (hash ^ (mask is null ? key[i] : key[i] & mask[i])) * Multiplier;
            hash ^= hash >> 32;
        }

        return hash;
    }

    private sealed class Slots(int capacity, int words)
    {
        public readonly ulong[] Keys = new ulong[capacity * words];
        public readonly object?[] Items = new object?[capacity];
        private readonly int _shift = 64 - BitOperations.Log2((uint)capacity);

        /// <summary>Slots in use, removed keys included.</summary>
        public int Used { get; private set; }

        /// <summary>Where to look first: the high bits of a product, to which every bit of the word adds; addresses often differ in high bits only.</summary>
        public int First(ulong word) => (int)((word * Multiplier) >> _shift);

        public void Put(int slot, ulong[] key, ulong[]? mask, object item)
        {
            if (Items[slot] is null)
            {
                for (int i = 0; i < words; i++)
                {
                    Keys[(slot * words) + i] = mask is null ? key[i] : key[i] & mask[i];
                }

                Used++;
            }

            Volatile.Write(ref Items[slot], item);
        }
    }
}
