using Telemetry.Tui.Model;

namespace Telemetry.Tui.Health;

/// <summary>A port's windows of the last second, taken together, so that short windows do not flicker.</summary>
internal sealed record PortFigures(ValueCounts HopLatencyNs, ValueCounts QueueDepth, double? TxBps, double? RxBps, double PacketsPerSecond)
{
    public const long HorizonNs = 1_000_000_000;

    public ulong Drops { get; init; }

    public ulong Errors { get; init; }

    /// <summary>True when packets or counters show that something passed.</summary>
    public bool Carries { get; init; }

    /// <summary>The figures of <paramref name="port"/>; null when it has no window.</summary>
    public static PortFigures? Of(PortEntry port)
    {
        if (port.Recent.IsEmpty)
        {
            return null;
        }

        long from = port.LastNs - HorizonNs;
        List<PortSample> samples = [];
        for (int i = port.Recent.Length - 1; i >= 0 && (samples.Count == 0 || port.Recent[i].StartNs >= from); i--)
        {
            samples.Add(port.Recent[i]);
        }

        long span = Math.Max(1, port.LastNs - samples.Min(s => s.StartNs));
        double packets = samples.Sum(s => (double)s.Packets);
        double? tx = BitsPerSecond(samples, s => s.TxBytes);
        double? rx = BitsPerSecond(samples, s => s.RxBytes);
        return new PortFigures(
            ValueCounts.Merge([.. samples.Select(s => s.HopLatencyNs)]),
            ValueCounts.Merge([.. samples.Select(s => s.QueueDepth)]),
            tx,
            rx,
            packets * 1e9 / span)
        {
            Drops = samples.Aggregate(0UL, (sum, s) => sum + (s.Drops ?? 0)),
            Errors = samples.Aggregate(0UL, (sum, s) => sum + (s.Errors ?? 0)),
            Carries = packets > 0 || tx > 0 || rx > 0,
        };
    }

    // Counters are not read in every window: those windows that have them say over what time the bytes went.
    private static double? BitsPerSecond(List<PortSample> samples, Func<PortSample, ulong?> bytes)
    {
        double sum = 0;
        long ns = 0;
        foreach (PortSample sample in samples)
        {
            if (bytes(sample) is { } count)
            {
                sum += count;
                ns += sample.CountersNs;
            }
        }

        return ns > 0 ? sum * 8e9 / ns : null;
    }
}
