namespace Telemetry.SoftSwitch.Tables;

/// <summary>The bounds of a range, both included, as words, low word first.</summary>
internal sealed class EntryRange(ulong[] low, ulong[] high)
{
    public readonly ulong[] Low = low;
    public readonly ulong[] High = high;

    public bool Contains(ulong[] key, int slot) => Compare(key, slot, Low) >= 0 && Compare(key, slot, High) <= 0;

    public static int Compare(ulong[] key, int slot, ulong[] value)
    {
        for (int i = value.Length - 1; i >= 0; i--)
        {
            if (key[slot + i] != value[i])
            {
                return key[slot + i] < value[i] ? -1 : 1;
            }
        }

        return 0;
    }
}
