namespace Telemetry.Collector.Time;

/// <summary>A clock that shows the time at which what is replayed was captured; it never goes back. Any thread may read it, one sets it.</summary>
internal sealed class CaptureClock : TimeProvider
{
    private long _nowNs;

    /// <summary>What it shows, nanoseconds of Unix time.</summary>
    public long NowNs => Volatile.Read(ref _nowNs);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(NowNs / 100);

    /// <summary>Sets it, unless that were back.</summary>
    public void AdvanceTo(long nowNs) => Volatile.Write(ref _nowNs, Math.Max(_nowNs, nowNs));
}
