namespace Telemetry.Collector.Time;

/// <summary>The run's clock: Unix time in a live deployment, time since the start in virtual time; nanoseconds.</summary>
public static class RunClock
{
    /// <summary>Now, nanoseconds (in steps of 100).</summary>
    public static long NowNs(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
    }
}
