namespace Telemetry.Lab.Truth;

/// <summary>Every value that was added, exactly, 4 bytes each; for the quantiles that measured ones are held against.</summary>
public sealed class SampleSet
{
    private uint[] _values = [];
    private bool _sorted = true;

    /// <summary>How many values there are.</summary>
    public int Count { get; private set; }

    /// <summary>Largest value; 0 when empty.</summary>
    public long Max { get; private set; }

    /// <summary>Adds a value; anything beyond 0..2^32-1 is clamped.</summary>
    public void Add(long value)
    {
        if (Count == _values.Length)
        {
            Array.Resize(ref _values, Math.Max(64, Count * 2));
        }

        _values[Count++] = (uint)Math.Clamp(value, 0, uint.MaxValue);
        Max = Math.Max(Max, Math.Clamp(value, 0, uint.MaxValue));
        _sorted = false;
    }

    /// <summary>The smallest value that at least the fraction <paramref name="q"/> (0..1) of all values do not exceed; null when empty.</summary>
    public long? Quantile(double q)
    {
        if (Count == 0)
        {
            return null;
        }

        if (!_sorted)
        {
            Array.Sort(_values, 0, Count);
            _sorted = true;
        }

        int rank = (int)Math.Ceiling(q * Count);
        return _values[Math.Clamp(rank, 1, Count) - 1];
    }
}
