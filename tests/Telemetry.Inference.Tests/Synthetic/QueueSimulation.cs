using Telemetry.Inference.Samples;
using Telemetry.Inference.Training;

namespace Telemetry.Inference.Tests.Synthetic;

/// <summary>
/// Packets of background traffic, crowds and bursts arrive at one finite queue that drains at line rate; what leaves it
/// is sampled per window as INT would, and the truth comes from the occupancy itself.
/// </summary>
internal sealed class QueueSimulation(string port, Random random)
{
    public const long WindowNs = 100_000_000;
    private const long MinEpisodeNs = 100_000_000;
    private const long MaxDipNs = 10_000_000;
    private const long MergeNs = 300_000_000;
    private const double High = PortSample.HighLevel;

    private readonly int _capacity = Pick(random, 32, 64, 64, 64, 100, 200);
    private readonly long _rateBps = Pick(random, 5_000_000L, 10_000_000, 10_000_000, 20_000_000, 40_000_000);

    public List<LabelledSample> Run(RunKey run, long durationNs, Traffic traffic)
    {
        List<(long AtNs, int Bytes)> arrivals = Arrivals(durationNs, traffic);
        var windows = new Window[durationNs / WindowNs];
        for (int i = 0; i < windows.Length; i++)
        {
            windows[i] = new Window();
        }

        List<(long FromNs, long ToNs)> high = Drain(arrivals, windows);
        List<LabelledSample> rows = [];
        bool hasCounters = random.Next(4) != 0;
        for (int i = 0; i < windows.Length; i++)
        {
            long startNs = i * WindowNs;
            (long FromNs, long ToNs)[] overlap = [.. high.Where(e => e.FromNs < startNs + WindowNs && e.ToNs > startNs)];
            PortSample sample = windows[i].ToSample(port, startNs, _capacity, _rateBps, hasCounters);
            rows.Add(new LabelledSample(sample, overlap.Length > 0, run, overlap.Length > 0 ? overlap[^1].FromNs : null));
        }

        return rows;
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];

    private List<(long FromNs, long ToNs)> Drain(List<(long AtNs, int Bytes)> arrivals, Window[] windows)
    {
        var queue = new Queue<(long AtNs, int Bytes)>();
        List<(long FromNs, long ToNs)> high = [];
        double freeAtNs = 0;
        int next = 0;
        while (next < arrivals.Count || queue.Count > 0)
        {
            double departNs = queue.Count > 0 ? Math.Max(freeAtNs, queue.Peek().AtNs) : double.PositiveInfinity;
            long nowNs;
            bool wasHigh = queue.Count >= High * _capacity;
            if (next < arrivals.Count && arrivals[next].AtNs < departNs)
            {
                (long AtNs, int Bytes) packet = arrivals[next++];
                nowNs = packet.AtNs;
                if (queue.Count >= _capacity)
                {
                    At(windows, nowNs)?.Drop();
                }
                else
                {
                    queue.Enqueue(packet);
                }
            }
            else
            {
                nowNs = (long)departNs;
                (long arrivedNs, int bytes) = queue.Dequeue();
                freeAtNs = departNs + bytes * 8e9 / _rateBps;
                At(windows, nowNs)?.Add(queue.Count, nowNs - arrivedNs, bytes);
            }

            bool isHigh = queue.Count >= High * _capacity;
            if (isHigh && !wasHigh)
            {
                high.Add((nowNs, nowNs));
            }
            else if (wasHigh && !isHigh)
            {
                high[^1] = (high[^1].FromNs, nowNs);
            }
        }

        // Short dips do not interrupt a span, spans of 100 ms or more are congestion, and close ones are one episode.
        return Join([.. Join(high, MaxDipNs).Where(span => span.ToNs - span.FromNs >= MinEpisodeNs)], MergeNs);
    }

    private static List<(long FromNs, long ToNs)> Join(List<(long FromNs, long ToNs)> spans, long gapNs)
    {
        List<(long FromNs, long ToNs)> joined = [];
        foreach ((long fromNs, long toNs) in spans)
        {
            if (joined.Count > 0 && fromNs - joined[^1].ToNs < gapNs)
            {
                joined[^1] = (joined[^1].FromNs, toNs);
            }
            else
            {
                joined.Add((fromNs, toNs));
            }
        }

        return joined;
    }

    private static Window? At(Window[] windows, long nowNs) =>
        nowNs / WindowNs < windows.Length ? windows[nowNs / WindowNs] : null;

    private List<(long AtNs, int Bytes)> Arrivals(long durationNs, Traffic traffic)
    {
        List<(long AtNs, int Bytes)> arrivals = [];
        for (int flow = 0; flow < 4; flow++)
        {
            Send(0, durationNs, 0.15 * random.NextDouble(), Pick(random, 200, 400, 600, 1000), poisson: flow % 2 == 0);
        }

        double t = Exponential(1e9);
        while (traffic != Traffic.Steady && t < durationNs)
        {
            // Crowds that last, from below the line rate to far above it, and as hard negatives brief bursts.
            bool brief = random.Next(3) == 0;
            double lengthNs = brief ? (5 + 80 * random.NextDouble()) * 1e6 : 150e6 * Math.Pow(20, random.NextDouble());
            double load = brief ? 1 + 4 * random.NextDouble() : random.Next(4) == 0 ? 0.4 + 0.5 * random.NextDouble() : 0.9 + 0.6 * random.NextDouble();
            int senders = random.Next(2, 9);
            int bytes = Pick(random, 600, 1000, 1000, 1400);
            bool poisson = random.Next(2) == 0;
            for (int sender = 0; sender < senders; sender++)
            {
                Send(t, Math.Min(durationNs, t + lengthNs), load / senders, bytes, poisson);
            }

            t += lengthNs + 0.6e9 + Exponential(0.8e9);
        }

        arrivals.Sort();
        return arrivals;

        void Send(double fromNs, double toNs, double load, int bytes, bool poisson)
        {
            double meanNs = bytes * 8e9 / (_rateBps * Math.Max(load, 1e-3));
            for (double at = fromNs + meanNs * random.NextDouble(); at < toNs; at += poisson ? Exponential(meanNs) : meanNs)
            {
                arrivals.Add(((long)at, bytes));
            }
        }
    }

    private double Exponential(double mean) => -mean * Math.Log(1 - random.NextDouble());

    /// <summary>What telemetry collects of one window.</summary>
    private sealed class Window
    {
        private readonly List<int> _depths = [];
        private readonly List<long> _latencies = [];
        private int _drops;
        private long _bytes;

        public void Add(int depth, long latencyNs, int bytes)
        {
            _bytes += bytes;
            _depths.Add(depth);
            _latencies.Add(latencyNs);
        }

        public void Drop() => _drops++;

        public PortSample ToSample(string port, long startNs, int capacity, long rateBps, bool hasCounters)
        {
            var sample = new PortSample
            {
                Port = port,
                StartNs = startNs,
                LengthNs = WindowNs,
                Packets = _depths.Count,
                QueueCapacity = capacity,
                RateBps = rateBps,
                TxBytes = hasCounters ? _bytes : null,
                Drops = hasCounters ? _drops : null,
            };
            if (_depths.Count == 0)
            {
                return sample;
            }

            _depths.Sort();
            _latencies.Sort();
            return sample with
            {
                DepthMean = _depths.Average(),
                DepthP50 = _depths[_depths.Count / 2],
                DepthP90 = _depths[_depths.Count * 9 / 10],
                DepthMax = _depths[^1],
                DepthHighShare = _depths.Count(depth => depth >= High * capacity) / (double)_depths.Count,
                LatencyP50Ns = _latencies[_latencies.Count / 2],
                LatencyP99Ns = _latencies[_latencies.Count * 99 / 100],
                LatencyMaxNs = _latencies[^1],
            };
        }
    }
}
