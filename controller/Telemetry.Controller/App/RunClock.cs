namespace Telemetry.Controller.App;

/// <summary>The run's clock: Unix time in a live deployment, time since the start in virtual time.</summary>
internal static class RunClock
{
    public static long NowNs(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
