using Telemetry.Inference.Samples;
using Telemetry.Inference.Training;

namespace Telemetry.Inference.Tests.Synthetic;

/// <summary>
/// A fluid-free queue: packets of several senders (constant, on/off, greedy) arrive at one finite queue that drains at
/// line rate; what leaves it is sampled per window as INT would, the truth comes from the occupancy itself.
/// </summary>
internal sealed class QueueSimulation(string port, Random random)
{
    public const long WindowNs = 100_000_000;
    private const long MinEpisodeNs = 100_000_000;
    private const double High = PortSample.HighLevel;

    private readonly int _capacity = new[] { 32, 64, 64, 100, 200 }[random.Next(5)];
    private readonly long _rateBps = new[] { 5_000_000L, 10_000_000, 20_000_000 }[random.Next(3)];
    private readonly int _frameBytes = new[] { 600, 1000, 1400, 1500 }[random.Next(4)];

    public List<LabelledSample> Run(RunKey run, long durationNs, Traffic traffic)
    {
        List<long> arrivals = Arrivals(durationNs, traffic);
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
            PortSample sample = windows[i].ToSample(port, startNs, _capacity, _rateBps, _frameBytes, hasCounters);
            rows.Add(new LabelledSample(sample, overlap.Length > 0, run, overlap.Length > 0 ? overlap[^1].FromNs : null));
        }

        return rows;
    }

    private List<(long FromNs, long ToNs)> Drain(List<long> arrivals, Window[] windows)
    {
        double serviceNs = _frameBytes * 8e9 / _rateBps;
        var queue = new Queue<long>();
        List<(long FromNs, long ToNs)> high = [];
        long highSinceNs = -1;
        double freeAtNs = 0;
        int next = 0;
        while (next < arrivals.Count || queue.Count > 0)
        {
            double departNs = queue.Count > 0 ? Math.Max(freeAtNs, queue.Peek()) : double.PositiveInfinity;
            long nowNs;
            if (next < arrivals.Count && arrivals[next] < departNs)
            {
                nowNs = arrivals[next++];
                if (queue.Count >= _capacity)
                {
                    At(windows, nowNs)?.Drop();
                }
                else
                {
                    queue.Enqueue(nowNs);
                }
            }
            else
            {
                nowNs = (long)departNs;
                long arrivedNs = queue.Dequeue();
                freeAtNs = departNs + serviceNs;
                At(windows, nowNs)?.Add(queue.Count, nowNs - arrivedNs);
            }

            bool isHigh = queue.Count >= High * _capacity;
            if (isHigh && highSinceNs < 0)
            {
                highSinceNs = nowNs;
            }
            else if (!isHigh && highSinceNs >= 0)
            {
                if (nowNs - highSinceNs >= MinEpisodeNs)
                {
                    high.Add((highSinceNs, nowNs));
                }

                highSinceNs = -1;
            }
        }

        return high;
    }

    private static Window? At(Window[] windows, long nowNs) =>
        nowNs / WindowNs < windows.Length ? windows[nowNs / WindowNs] : null;

    private List<long> Arrivals(long durationNs, Traffic traffic)
    {
        List<long> arrivals = [];
        double packetsPerNs = _rateBps / (_frameBytes * 8e9);
        Poisson(0, durationNs, (0.1 + 0.6 * random.NextDouble()) * packetsPerNs);
        double t = Exponential(1e9);
        while (traffic != Traffic.Steady && t < durationNs)
        {
            // Half of the bursts are brief, a quarter incasts that last, a quarter a load just about the line rate.
            int kind = random.Next(4);
            double lengthNs = (kind < 2 ? 5 + 75 * random.NextDouble() : 150 + 1500 * random.NextDouble()) * 1e6;
            double factor = kind < 2 ? 1.5 + 4 * random.NextDouble() : kind == 2 ? 1.1 + 2 * random.NextDouble() : 0.6 + 0.5 * random.NextDouble();
            Poisson(t, Math.Min(durationNs, t + lengthNs), factor * packetsPerNs);
            t += lengthNs + Exponential(1.2e9);
        }

        arrivals.Sort();
        return arrivals;

        void Poisson(double fromNs, double toNs, double rate)
        {
            for (double at = fromNs + Exponential(1 / rate); at < toNs; at += Exponential(1 / rate))
            {
                arrivals.Add((long)at);
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

        public void Add(int depth, long latencyNs)
        {
            _depths.Add(depth);
            _latencies.Add(latencyNs);
        }

        public void Drop() => _drops++;

        public PortSample ToSample(string port, long startNs, int capacity, long rateBps, int frameBytes, bool hasCounters)
        {
            var sample = new PortSample
            {
                Port = port,
                StartNs = startNs,
                LengthNs = WindowNs,
                Packets = _depths.Count,
                QueueCapacity = capacity,
                RateBps = rateBps,
                TxBytes = hasCounters ? (long)_depths.Count * frameBytes : null,
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
