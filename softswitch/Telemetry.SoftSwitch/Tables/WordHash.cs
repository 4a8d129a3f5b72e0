namespace Telemetry.SoftSwitch.Tables;

/// <summary>A hash of words.</summary>
internal static class WordHash
{
    /// <summary>The hash that goes on where another ended.</summary>
    public static ulong Add(ulong hash, ulong[] words)
    {
        foreach (ulong word in words)
        {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
        }

        return hash;
    }
}
