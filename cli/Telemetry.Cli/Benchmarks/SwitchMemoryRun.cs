using System.Diagnostics;
using Telemetry.SoftSwitch.Ports;

namespace Telemetry.Cli.Benchmarks;

/// <summary>A switch between two ports in memory, on a loop that runs in real time: what the switch itself costs.</summary>
internal static class SwitchMemoryRun
{
    /// <summary>Frames that arrive together, as from a packet socket.</summary>
    private const int BatchFrames = 64;
    private const int BatchesPerTurn = 32;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);

    /// <summary>Packets a second, all of which left at the other port.</summary>
    /// <exception cref="CommandException">Packets were lost.</exception>
    public static async Task<double> MeasureAsync(SwitchWorkload workload, int workers, TimeSpan time, CancellationToken cancellation)
    {
        CountingPort wire = new();
        using MemorySwitch made = MemorySwitch.Create(workload.Program, workload.Entries, wire, workers);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Thread thread = new(() => made.Loop.RunRealTime(stop.Token)) { IsBackground = true, Name = "bench switch" };
        thread.Start();
        try
        {
            await RunForAsync(s_warmUp).ConfigureAwait(false);
            (long before, long from) = (wire.Frames, Stopwatch.GetTimestamp());
            long sent = await RunForAsync(time).ConfigureAwait(false);
            double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
            long arrived = wire.Frames - before;
            return arrived == sent ? arrived / seconds : throw new CommandException($"{workload.Program.Name}: {arrived} of {sent} packets left the switch");
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            thread.Join();
        }

        async Task<long> RunForAsync(TimeSpan length)
        {
            long sent = 0;
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < length)
            {
                cancellation.ThrowIfCancellationRequested();
                sent += await made.Loop.InvokeAsync(() => Turn(made, workload.Frames)).ConfigureAwait(false);
            }

            return sent;
        }
    }

    private static long Turn(MemorySwitch made, byte[][] frames)
    {
        int next = 0;
        for (int batch = 0; batch < BatchesPerTurn; batch++)
        {
            for (int i = 0; i < BatchFrames; i++)
            {
                made.Switch.Gather(SwitchWorkload.InPort, frames[next]);
                next = next + 1 == frames.Length ? 0 : next + 1;
            }

            made.Switch.RunGathered();
        }

        return BatchFrames * BatchesPerTurn;
    }

    private sealed class CountingPort : IPort
    {
        public long Frames { get; private set; }

        public void Transmit(ReadOnlySpan<byte> frame) => Frames++;
    }
}
