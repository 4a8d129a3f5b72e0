namespace Telemetry.SoftSwitch.Execution;

/// <summary>
/// A colour-blind marker: two rates and three colours (RFC 2698) as BMv2 runs it, the peak bucket first and then the
/// committed one, or one rate and three colours (RFC 2697). Green while unconfigured.
/// </summary>
internal sealed class Meter(bool inBytes)
{
    private const ulong Green = 0;
    private const ulong Yellow = 1;
    private const ulong Red = 2;
    private double _committed;

    /// <summary>Peak bucket, or the excess bucket of one rate.</summary>
    private double _peak;
    private long _lastNs;

    /// <summary>What was marked since the meter was made or reset.</summary>
    public MeterCounts Counts;

    /// <summary>Null while unconfigured.</summary>
    public MeterRates? Rates { get; private set; }

    /// <summary>Sets the rates and fills the buckets.</summary>
    public void Configure(MeterRates? rates, long nowNs)
    {
        Rates = rates;
        _committed = rates?.Cburst ?? 0;
        _peak = rates is null ? 0 : rates.IsSingleRate ? rates.Eburst : rates.Pburst;
        _lastNs = nowNs;
    }

    public ulong Execute(int bytes, long nowNs)
    {
        ulong color = Rates is MeterRates rates ? Mark(rates, inBytes ? bytes : 1, nowNs) : Green;
        Counts.Count(color, bytes);
        return color;
    }

    private ulong Mark(MeterRates rates, double units, long nowNs)
    {
        double elapsed = (nowNs - _lastNs) / 1e9;
        _lastNs = nowNs;
        double committed = _committed + (elapsed * rates.Cir);
        _committed = Math.Min(rates.Cburst, committed);
        if (rates.IsSingleRate)
        {
            _peak = Math.Min(rates.Eburst, _peak + committed - _committed);
            if (_committed >= units)
            {
                _committed -= units;
                return Green;
            }

            if (_peak < units)
            {
                return Red;
            }

            _peak -= units;
            return Yellow;
        }

        _peak = Math.Min(rates.Pburst, _peak + (elapsed * rates.Pir));
        if (_peak < units)
        {
            return Red;
        }

        _peak -= units;
        if (_committed < units)
        {
            return Yellow;
        }

        _committed -= units;
        return Green;
    }
}
