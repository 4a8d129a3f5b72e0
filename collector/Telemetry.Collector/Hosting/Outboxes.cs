using Telemetry.Collector.Delivery;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Hosting;

/// <summary>Opens a tier's outbox: on disk where a directory is given, else in memory.</summary>
internal static class Outboxes
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Waits until a connected upstream acknowledged everything, for a second at most.</summary>
    public static async Task DrainAsync(IOutbox outbox, UpstreamPusher pusher, TimeProvider time)
    {
        long start = time.GetTimestamp();
        while (pusher.Connected && outbox.Statistics.Pending > 0 && time.GetElapsedTime(start) < s_patience)
        {
            await Task.Delay(s_look, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <exception cref="HostFaultException">The spool cannot be used; names it.</exception>
    public static IOutbox Open(SpoolOptions? spool, int memoryLimit, TimeProvider time)
    {
        if (spool is null)
        {
            return new MemoryOutbox((ulong)Math.Max(1, RunClock.NowNs(time)), memoryLimit);
        }

        try
        {
            return new Spool(spool, time);
        }
        catch (IOException fault)
        {
            throw new HostFaultException(fault.Message, fault);
        }
    }
}
