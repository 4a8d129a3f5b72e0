using System.Globalization;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Hosting;

/// <summary>Says each few seconds how far the replay of a capture is, and at its end what was in it.</summary>
internal sealed class ReplayWatch(NodeHost host, NodeHostOptions options, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(2);

    /// <summary>Completes when the replay ended; with a fault when it broke off, or when no report was in the capture.</summary>
    /// <exception cref="HostFaultException">There was no report to its ports; names them.</exception>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        Task ended = host.WaitAsync();
        long started = time.GetTimestamp();
        long told = started;
        while (!ended.IsCompleted && host.Replayed is { Ended: false } progress)
        {
            if (time.GetElapsedTime(told) >= s_between)
            {
                told = time.GetTimestamp();
                await WriteAsync(TextOf(progress)).ConfigureAwait(false);
            }

            await Task.Delay(s_look, time, cancellation).ConfigureAwait(false);
        }

        ReplayProgress last = host.Replayed!.Value;
        ReportCounters counters = host.Counters;
        await WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Node.Name}: replayed {last.Packets} packets of {last.CaptureNs / 1e9:0.###} s in {time.GetElapsedTime(started).TotalSeconds:0.0} s: {last.Datagrams} report datagrams, {counters.Malformed} malformed, {counters.Lost} lost before"))
            .ConfigureAwait(false);
        if (ended.IsCompleted)
        {
            await ended.ConfigureAwait(false);
        }

        if (last is { Ended: true, Datagrams: 0 })
        {
            string ports = string.Join(", ", options.Replay!.Ports);
            throw new HostFaultException($"{options.Replay.File}: no telemetry report to UDP port {ports} in {last.Packets} packets");
        }
    }

    private string TextOf(in ReplayProgress progress)
    {
        DateTimeOffset at = DateTimeOffset.UnixEpoch.AddTicks(progress.AtNs / 100);
        string waits = !progress.Waits ? "" : host.Connected ? ", waits for the center" : ", waits for the center, which is not connected";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Node.Name}: {100 * progress.Share:0} % of {options.Replay!.File}, {progress.Datagrams} report datagrams in {progress.Packets} packets, at {at:yyyy-MM-ddTHH:mm:ss.fffZ}{waits}");
    }

    private async Task WriteAsync(string line)
    {
        await output.WriteLineAsync(line.AsMemory(), CancellationToken.None).ConfigureAwait(false);
        await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
