namespace Telemetry.SoftSwitch.Execution;

/// <summary>BMv2's "hashes" that count calls, one counter for each calculation; the consistent one counts inputs it has not seen.</summary>
internal sealed class RoundRobin(bool consistent)
{
    /// <summary>Inputs remembered; BMv2 remembers without end, a switch that is flooded must not.</summary>
    private const int MaxRemembered = 1 << 20;
    private readonly Dictionary<UInt128, ulong> _seen = [];
    private readonly Lock _lock = new();
    private ulong _next;

    public ulong Compute(byte[] bytes, int length)
    {
        lock (_lock)
        {
            if (!consistent)
            {
                return _next++;
            }

            UInt128 key = System.IO.Hashing.XxHash128.HashToUInt128(bytes.AsSpan(0, length));
            if (_seen.TryGetValue(key, out ulong known))
            {
                return known;
            }

            if (_seen.Count < MaxRemembered)
            {
                _seen.Add(key, _next);
            }

            return _next++;
        }
    }
}
