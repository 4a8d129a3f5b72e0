using Microsoft.Extensions.Logging;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;

namespace Telemetry.Collector.Hosting;

/// <summary>
/// What the commands <c>telemetry node</c>, <c>center</c> and <c>datacenter</c> do: start, say in one line where they
/// serve, run until cancelled. Bad options and busy ports give one line on <c>errors</c> and exit code 1.
/// </summary>
public static class TierCommands
{
    /// <summary>Runs a node. Its line: <c>NAME: reports on ADDRESS:PORT, upstream URL</c>. A replay says how far it is and ends by itself.</summary>
    public static Task<int> RunNodeAsync(
        NodeHostOptions options, TextWriter output, TextWriter errors, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        return RunAsync(
            () => Task.FromResult(NodeHost.Start(options, time, loggers)),
            host => $"{options.Node.Name}: {host.Source}, upstream {options.Upstream}",
            host => options.Replay is null ? host.WaitAsync() : new ReplayWatch(host, options, output, time).WaitAsync(cancellation),
            output,
            errors,
            cancellation,
            host => host.Replayed is { Ended: true });
    }

    /// <summary>Runs a center. Its line: <c>NAME: nodes on URL, upstream URL</c>.</summary>
    public static Task<int> RunCenterAsync(
        CenterHostOptions options, TextWriter output, TextWriter errors, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RunAsync(
            () => CenterHost.StartAsync(options, time, loggers, cancellation),
            host => $"{options.Center.Name}: nodes on {host.Url}, upstream {options.Upstream}",
            host => host.WaitAsync(),
            output,
            errors,
            cancellation);
    }

    /// <summary>Runs the data center. Its line: <c>NAME: serves on URL, history FILE</c>.</summary>
    public static Task<int> RunDataCenterAsync(
        DataCenterHostOptions options,
        IPortDetector detector,
        AlertOptions alerts,
        TextWriter output,
        TextWriter errors,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RunAsync(
            () => DataCenterHost.StartAsync(options, detector, alerts, time, loggers, cancellation),
            host => $"{options.DataCenter.Name}: serves on {host.Url}, history {options.HistoryFile ?? "in memory"}",
            host => host.WaitAsync(),
            output,
            errors,
            cancellation);
    }

    private static async Task<int> RunAsync<T>(
        Func<Task<T>> start,
        Func<T, string> line,
        Func<T, Task> wait,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellation,
        Func<T, bool>? mayEnd = null)
        where T : IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        T host;
        try
        {
            host = await start().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is HostFaultException or ArgumentException)
        {
            await errors.WriteLineAsync(fault.Message.AsMemory(), CancellationToken.None).ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }

        await using (host.ConfigureAwait(false))
        {
            await output.WriteLineAsync(line(host).AsMemory(), CancellationToken.None).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            Task ended = wait(host);
            await ended.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested || (ended.IsCompletedSuccessfully && mayEnd?.Invoke(host) == true))
            {
                return 0;
            }

            string why = ended.Exception?.GetBaseException().Message ?? "its loop ended";
            await errors.WriteLineAsync($"stopped: {why}".AsMemory(), CancellationToken.None).ConfigureAwait(false);
            return 1;
        }
    }
}
