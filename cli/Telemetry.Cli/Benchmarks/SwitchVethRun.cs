using System.Diagnostics;
using Grpc.Net.Client;
using Telemetry.Controller.Client;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Cli.Benchmarks;

/// <summary>
/// A switch process between two virtual cables. One thread sends in batches; the kernel's own count at the far end tells
/// what came through, which costs the switch nothing.
/// </summary>
internal static class SwitchVethRun
{
    private const int BatchFrames = 64;

    /// <summary>Frames sent at once where an offer is paced, so that short queues do not overflow.</summary>
    private const int PacedFrames = 16;
    private const int MaxOffers = 6;
    private const double MoreOffered = 1.2;
    private const double NearlyAll = 0.97;
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Packets a second that came through at the best of several offers: as many as the kernel sends, which takes a
    /// processor from the switch, and then ever more than came through before, while nearly all of them do.
    /// </summary>
    /// <exception cref="CommandException">The switch did not start, refused the program, or forwards nothing.</exception>
    public static async Task<double> MeasureAsync(SwitchProcess kind, SwitchWorkload workload, TimeSpan time, TextWriter progress, CancellationToken cancellation)
    {
        using VirtualCable into = VirtualCable.Create("i");
        using VirtualCable outOf = VirtualCable.Create("o");
        (Process process, string address) = kind.Start(into.Far, outOf.Far);
        try
        {
            await ProgramAsync(kind, process, address, workload, cancellation).ConfigureAwait(false);
            if (!await kind.LengthenQueuesAsync(cancellation).ConfigureAwait(false))
            {
                await progress.WriteLineAsync($"  {kind.Name} keeps its queues of 64 packets: no simple_switch_CLI").ConfigureAwait(false);
            }

            using EventLoop idle = new();
            using PacketSocketPort sender = new(into.Near, idle);
            await ProbeAsync(kind, sender, workload, outOf, cancellation).ConfigureAwait(false);
            Send(sender, workload.Frames, 0, s_warmUp, cancellation);
            double best = 0;
            double offer = 0;
            bool isEnough = false;
            for (int i = 0; i < MaxOffers && !isEnough; i++)
            {
                await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
                (long before, long from) = (outOf.NearReceived, Stopwatch.GetTimestamp());
                long sent = Send(sender, workload.Frames, offer, time, cancellation);
                double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
                double rate = (outOf.NearReceived - before) / seconds;
                await progress.WriteLineAsync($"  {sent / seconds:N0} packets/s sent, {rate:N0} came through").ConfigureAwait(false);
                isEnough = offer > 0 && (rate * seconds < sent * NearlyAll || sent < offer * NearlyAll * seconds);
                best = Math.Max(best, rate);
                offer = best * MoreOffered;
            }

            return best;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            process.Dispose();
        }
    }

    /// <summary>Waits for the switch and gives it its program and entries.</summary>
    /// <exception cref="CommandException">The switch did not start, or refused them.</exception>
    internal static async Task ProgramAsync(SwitchProcess kind, Process process, string address, SwitchWorkload workload, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(s_start);
        using GrpcChannel channel = SwitchChannel.Create(address);
        P4Switch client = new(new P4SwitchOptions { Name = kind.Name, DeviceId = 0 }, channel.CreateCallInvoker, TimeProvider.System);
        string last = "no answer";
        client.StateChanged += (_, reason) => last = reason;
        bool isReady = false;
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        await client.RunAsync(
            async (primary, token) =>
            {
                await primary.Pipeline.EnsureAsync(workload.Program, token).ConfigureAwait(false);
                await primary.ForceAsync(workload.Entries, token).ConfigureAwait(false);
                isReady = true;
                await done.CancelAsync().ConfigureAwait(false);
            },
            done.Token).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (!isReady)
        {
            throw new CommandException($"{kind.Name}: {(process.HasExited ? $"ended with code {process.ExitCode}" : last)}");
        }
    }

    /// <summary>Waits until the switch forwards.</summary>
    /// <exception cref="CommandException">It does not, or not what it should.</exception>
    internal static async Task ProbeAsync(SwitchProcess kind, PacketSocketPort sender, SwitchWorkload workload, VirtualCable outOf, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        (long frames, long bytes) = (outOf.NearReceived, outOf.NearReceivedBytes);
        while (outOf.NearReceived == frames)
        {
            if (Stopwatch.GetElapsedTime(started) > s_start)
            {
                throw new CommandException($"{kind.Name} forwards nothing");
            }

            sender.Transmit(workload.Frames[0]);
            sender.Flush();
            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }

        await Task.Delay(200, cancellation).ConfigureAwait(false);
        double each = (double)(outOf.NearReceivedBytes - bytes) / (outOf.NearReceived - frames);
        if (each != workload.Frames[0].Length)
        {
            throw new CommandException($"{kind.Name} sends frames of {each} bytes on average, not of {workload.Frames[0].Length}");
        }
    }

    /// <summary>Sends so many packets a second, 0 as many as possible; returns how many were sent.</summary>
    internal static long Send(PacketSocketPort sender, byte[][] frames, double packetsPerSecond, TimeSpan time, CancellationToken cancellation)
    {
        int batch = packetsPerSecond > 0 ? PacedFrames : BatchFrames;
        int next = 0;
        long sent = 0;
        long refused = sender.SendDrops;
        long started = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        while ((elapsed = Stopwatch.GetElapsedTime(started)) < time && !cancellation.IsCancellationRequested)
        {
            if (packetsPerSecond > 0 && sent > elapsed.TotalSeconds * packetsPerSecond)
            {
                Thread.Sleep(s_pause);
                continue;
            }

            for (int i = 0; i < batch; i++)
            {
                sender.Transmit(frames[next]);
                next = next + 1 == frames.Length ? 0 : next + 1;
            }

            sender.Flush();
            sent += batch;
        }

        return sent - (sender.SendDrops - refused);
    }
}
