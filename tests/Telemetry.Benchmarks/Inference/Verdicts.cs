using BenchmarkDotNet.Attributes;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Benchmarks.Inference;

/// <summary>One window of one port: features and verdict, by each detector.</summary>
[MemoryDiagnoser]
public class Verdicts
{
    private const long WindowNs = 100_000_000;

    private IPortDetector? _detector;
    private long _window;

    [ParamsSource(nameof(Detectors))]
    public string Detector { get; set; } = "";

    public static IEnumerable<string> Detectors => DetectorSet.Names;

    [GlobalSetup]
    public void Load() => _detector = DetectorSet.LoadShipped().Create(Detector);

    [Benchmark]
    public double Observe()
    {
        _window++;
        double depth = 20 + (20 * Math.Sin(_window / 10.0));
        return _detector!.Observe(new PortSample
        {
            Port = "s1-p1",
            StartNs = _window * WindowNs,
            LengthNs = WindowNs,
            Packets = 80,
            QueueCapacity = 64,
            RateBps = 10_000_000,
            DepthMean = depth,
            DepthP50 = depth,
            DepthP90 = depth * 1.2,
            DepthMax = depth * 1.4,
            DepthHighShare = 0.1,
            LatencyP50Ns = depth * 1_200_000,
            LatencyP99Ns = depth * 1_500_000,
            LatencyMaxNs = depth * 1_600_000,
            TxBytes = 90_000,
            Drops = 0,
        }).Score;
    }
}
