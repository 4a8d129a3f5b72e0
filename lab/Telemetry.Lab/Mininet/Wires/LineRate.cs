namespace Telemetry.Lab.Mininet.Wires;

/// <summary>What a port's line takes for a frame, and since when. Any thread.</summary>
internal sealed class LineRate
{
    private readonly int _frameBytes;
    private volatile (long SinceNs, long BitsPerSecond)[] _rates;

    /// <summary>Creates a line that has one rate from the start.</summary>
    /// <param name="bitsPerSecond">0 is unlimited.</param>
    /// <param name="frameBytes">Bytes that every frame counts as, where the switch's rate counts packets; 0: a frame's own.</param>
    public LineRate(long bitsPerSecond, int frameBytes) => (_frameBytes, _rates) = (frameBytes, [(long.MinValue, bitsPerSecond)]);

    /// <summary>The line has another rate from now on.</summary>
    public void Change(long nowNs, long bitsPerSecond) => _rates = [.. _rates, (nowNs, bitsPerSecond)];

    /// <summary>Time that a frame takes which begins at a moment.</summary>
    public long DurationNs(int bytes, long atNs)
    {
        (long SinceNs, long BitsPerSecond)[] rates = _rates;
        int i = rates.Length - 1;
        while (i > 0 && rates[i].SinceNs > atNs)
        {
            i--;
        }

        return rates[i].BitsPerSecond > 0 ? (long)((_frameBytes > 0 ? _frameBytes : bytes) * 8e9 / rates[i].BitsPerSecond) : 0;
    }
}
