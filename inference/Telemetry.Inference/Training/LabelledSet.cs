namespace Telemetry.Inference.Training;

/// <summary>Labelled windows, sorted by run, time and port, with the truth episodes in them.</summary>
internal sealed class LabelledSet
{
    /// <summary>Congested windows of a port with less than this between them are one episode, where the truth does not say.</summary>
    public const long MergeGapNs = 300_000_000;

    public LabelledSet(IEnumerable<LabelledSample> rows)
    {
        Rows = [.. rows];
        Array.Sort(Rows, static (a, b) =>
        {
            int order = a.Run.CompareTo(b.Run);
            order = order != 0 ? order : a.Sample.StartNs.CompareTo(b.Sample.StartNs);
            return order != 0 ? order : string.CompareOrdinal(a.Sample.Port, b.Sample.Port);
        });
        List<Run> runs = [];
        for (int first = 0, next; first < Rows.Length; first = next)
        {
            next = first + 1;
            while (next < Rows.Length && Rows[next].Run == Rows[first].Run)
            {
                next++;
            }

            runs.Add(new Run(Rows[first].Run, first, next - first, FindEpisodes(Rows.AsSpan(first, next - first))));
        }

        Runs = runs;
        Positives = Rows.Count(row => row.Congested);
    }

    public LabelledSample[] Rows { get; }

    public IReadOnlyList<Run> Runs { get; }

    public int Positives { get; }

    private static List<Episode> FindEpisodes(ReadOnlySpan<LabelledSample> rows)
    {
        List<Episode> episodes = [];
        Dictionary<string, int> newest = new(StringComparer.Ordinal);
        foreach (ref readonly LabelledSample row in rows)
        {
            if (!row.Congested)
            {
                continue;
            }

            string port = row.Sample.Port;
            bool continues = newest.TryGetValue(port, out int at) && (row.EpisodeStartNs is { } known
                ? known == episodes[at].StartNs
                : row.Sample.StartNs - episodes[at].EndNs < MergeGapNs);
            if (continues)
            {
                episodes[at] = episodes[at] with { EndNs = row.Sample.EndNs };
            }
            else
            {
                newest[port] = episodes.Count;
                episodes.Add(new Episode(port, row.EpisodeStartNs ?? row.Sample.StartNs, row.Sample.EndNs));
            }
        }

        return episodes;
    }

    /// <summary>One run: a slice of the rows.</summary>
    internal sealed record Run(RunKey Key, int First, int Count, IReadOnlyList<Episode> Episodes);

    /// <summary>One span of congestion at a port; its end is that of the last window that it overlaps.</summary>
    internal readonly record struct Episode(string Port, long StartNs, long EndNs);
}
