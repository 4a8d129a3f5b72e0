namespace Telemetry.Tui.Topology;

/// <summary>Puts boxes of one row as near as possible to where each would like to be, without overlap and in order.</summary>
internal static class Spacing
{
    /// <summary>Left edges of boxes.</summary>
    /// <param name="wanted">Desired left edge of each box, in order.</param>
    /// <param name="widths">Width of each box, same length.</param>
    /// <param name="gap">Columns between neighbours at least.</param>
    /// <param name="room">Columns there are; the boxes with their gaps fit into it.</param>
    /// <returns>Left edges from 0, ascending; least squares to the wanted ones, then rounded.</returns>
    public static int[] Place(IReadOnlyList<double> wanted, IReadOnlyList<int> widths, int gap, int room)
    {
        int n = wanted.Count;
        int[] offset = new int[n]; // where a box would stand if all were pushed to the left
        for (int i = 1; i < n; i++)
        {
            offset[i] = offset[i - 1] + widths[i - 1] + gap;
        }

        // Without their offsets, "in order without overlap" is "not decreasing": pool adjacent violators.
        List<(double Mean, int Size)> pools = [];
        for (int i = 0; i < n; i++)
        {
            (double mean, int size) = (wanted[i] - offset[i], 1);
            while (pools.Count > 0 && pools[^1].Mean > mean)
            {
                (double before, int count) = pools[^1];
                pools.RemoveAt(pools.Count - 1);
                mean = ((before * count) + (mean * size)) / (count + size);
                size += count;
            }

            pools.Add((mean, size));
        }

        int slack = n == 0 ? 0 : Math.Max(0, room - offset[n - 1] - widths[n - 1]);
        int[] left = new int[n];
        int at = 0;
        foreach ((double mean, int size) in pools)
        {
            int shift = (int)Math.Round(Math.Clamp(mean, 0, slack), MidpointRounding.AwayFromZero);
            for (int i = 0; i < size; i++, at++)
            {
                left[at] = offset[at] + shift;
            }
        }

        return left;
    }
}
