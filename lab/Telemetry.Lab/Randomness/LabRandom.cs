namespace Telemetry.Lab.Randomness;

/// <summary>
/// A seeded generator (xoshiro256**, started by SplitMix64) whose sequence is ours: it cannot change with the
/// runtime's version, so a seed means the same packets for ever.
/// </summary>
public sealed class LabRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>A generator that gives the same sequence for the same <paramref name="seed"/>.</summary>
    public LabRandom(ulong seed)
    {
        _a = Mix(ref seed);
        _b = Mix(ref seed);
        _c = Mix(ref seed);
        _d = Mix(ref seed);
    }

    /// <summary>A seed that depends on <paramref name="seed"/> and on <paramref name="name"/> and on nothing else.</summary>
    public static ulong Derive(ulong seed, string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 0x100000001B3;
        }

        ulong mixed = seed ^ hash;
        return Mix(ref mixed);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = ulong.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double NextBetween(double low, double high) => low + ((high - low) * NextUnit());

    /// <summary>Uniform whole number in [<paramref name="low"/>, <paramref name="highExclusive"/>).</summary>
    public int NextBetween(int low, int highExclusive) =>
        low + (int)(((NextBits() >> 32) * (ulong)(highExclusive - low)) >> 32);

    /// <summary>Exponential with the given mean; never negative.</summary>
    public double NextExponential(double mean) => -mean * Math.Log(1.0 - NextUnit());

    /// <summary>Puts <paramref name="items"/> into random order.</summary>
    public void Shuffle<T>(T[] items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextBetween(0, i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
