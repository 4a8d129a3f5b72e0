namespace Telemetry.SoftSwitch.Execution;

/// <summary>Two-rate three-colour marker (RFC 2698, colour-blind) as BMv2 runs it: the peak bucket first, then the committed one.</summary>
internal sealed class Meter(bool inBytes)
{
    private const ulong Green = 0;
    private const ulong Yellow = 1;
    private const ulong Red = 2;
    private double _committed;
    private double _peak;
    private long _lastNs;

    /// <summary>Rates in units a second and bursts in units, a unit being a byte or a packet; null while unconfigured.</summary>
    public (long Cir, long Cburst, long Pir, long Pburst)? Config { get; private set; }

    public void Configure((long Cir, long Cburst, long Pir, long Pburst)? config, long nowNs)
    {
        Config = config;
        _committed = config?.Cburst ?? 0;
        _peak = config?.Pburst ?? 0;
        _lastNs = nowNs;
    }

    public ulong Execute(int bytes, long nowNs)
    {
        if (Config is not (long cir, long cburst, long pir, long pburst))
        {
            return Green;
        }

        double elapsed = (nowNs - _lastNs) / 1e9;
        _lastNs = nowNs;
        _committed = Math.Min(cburst, _committed + (elapsed * cir));
        _peak = Math.Min(pburst, _peak + (elapsed * pir));
        double units = inBytes ? bytes : 1;
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
