namespace Telemetry.Controller.Client;

/// <summary>In which steps updates are written, so that whatever an entry refers to is there before it and gone after it.</summary>
internal static class WriteOrder
{
    /// <summary>Indices of the updates, one array for each step; within a step the given order stays.</summary>
    public static IEnumerable<int[]> Stages(IReadOnlyList<P4Update> updates)
    {
        long[] keys = new long[updates.Count];
        bool ascending = true;
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = Key(updates[i]);
            ascending &= i == 0 || keys[i] >= keys[i - 1];
        }

        int[] order = Identity(keys.Length);
        if (!ascending)
        {
            Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        }

        for (int first = 0; first < order.Length;)
        {
            int end = first + 1;
            while (end < order.Length && keys[order[end]] == keys[order[first]])
            {
                end++;
            }

            yield return first == 0 && end == order.Length ? order : order[first..end];
            first = end;
        }
    }

    /// <summary>0, 1, 2, ...</summary>
    public static int[] Identity(int count)
    {
        int[] indices = new int[count];
        for (int i = 0; i < count; i++)
        {
            indices[i] = i;
        }

        return indices;
    }

    private static long Key(P4Update update)
    {
        long place = ((long)update.Entry.Rank << 33) + update.Entry.Order;
        return update.Kind == UpdateKind.Delete ? (1L << 40) - place : place;
    }
}
