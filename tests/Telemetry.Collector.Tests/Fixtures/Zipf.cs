namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>Draws from 0 to count - 1, number n in proportion to the logarithm of (n + 2) / (n + 1): so nearly to 1 / (n + 1.5).</summary>
internal sealed class Zipf(int count, int seed)
{
    private readonly Random _random = new(seed);
    private readonly double _logCount = Math.Log(count + 1);

    public int Next() => Math.Min((int)Math.Exp(_random.NextDouble() * _logCount) - 1, count - 1);
}
