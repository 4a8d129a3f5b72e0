using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Cli.Benchmarks;

/// <summary>Time and memory that the shipped model takes for one window of one port, features and reasons included.</summary>
internal sealed class PredictBenchmark() : Benchmark("predict", "The shipped model: one verdict on one window of a port")
{
    private const int Ports = 64;
    private const int Windows = 2_000;
    private const int WarmUps = 200;
    private const long WindowNs = 100_000_000;
    private const int Capacity = 64;

    public override Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation)
    {
        CongestionMonitor monitor = DetectorSet.LoadShipped().CreateMonitor();
        string[] ports = [.. Enumerable.Range(1, Ports).Select(p => string.Create(CultureInfo.InvariantCulture, $"s1-p{p}"))];
        List<PortAlert> alerts = [];
        progress.WriteLine($"{Windows} windows of {Ports} ports, a third of them busy");
        Observe(0, WarmUps);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        Observe(WarmUps, Windows);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        const double Verdicts = (double)Ports * Windows;
        return Task.FromResult<IReadOnlyList<BenchResult>>(
        [
            new("verdict", seconds * 1e6 / Verdicts, "us"),
            new("verdict-bytes", bytes / Verdicts, "bytes"),
        ]);

        void Observe(int from, int count)
        {
            for (int window = from; window < from + count; window++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int port = 0; port < ports.Length; port++)
                {
                    monitor.Observe(Sample(ports[port], port, window), alerts);
                }

                alerts.Clear();
            }
        }
    }

    // A queue that fills and drains with a period of its own on each port: quiet, rising, full and falling windows all occur.
    private static PortSample Sample(string port, int index, int window)
    {
        double phase = Math.Sin((window + (index * 7)) * Math.Tau / (40 + index));
        double depth = Capacity * Math.Clamp(phase - 0.2, 0, 1);
        return new PortSample
        {
            Port = port,
            StartNs = window * WindowNs,
            LengthNs = WindowNs,
            Packets = 50 + index,
            QueueCapacity = Capacity,
            RateBps = 10_000_000,
            DepthMean = depth,
            DepthP50 = depth,
            DepthP90 = Math.Min(Capacity, depth * 1.2),
            DepthMax = Math.Min(Capacity, depth * 1.4),
            DepthHighShare = depth / Capacity >= PortSample.HighLevel ? 0.9 : 0.05,
            LatencyP50Ns = 20_000 + (depth * 1_200_000),
            LatencyP99Ns = 40_000 + (depth * 1_500_000),
            LatencyMaxNs = 50_000 + (depth * 1_600_000),
            TxBytes = (long)(60_000 + (65_000 * Math.Max(0, phase))),
            Drops = depth >= Capacity * 0.75 ? 3 : 0,
        };
    }
}
