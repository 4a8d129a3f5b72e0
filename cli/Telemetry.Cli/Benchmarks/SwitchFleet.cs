using System.Globalization;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Cli.Benchmarks;

/// <summary>Embedded switches of this process, each with a P4Runtime server of its own, on a loop for each processor.</summary>
internal sealed class SwitchFleet : IAsyncDisposable
{
    private readonly List<EventLoop> _loops = [];
    private readonly List<Task> _running = [];
    private readonly List<P4RuntimeServer> _servers = [];
    private readonly CancellationTokenSource _ending = new();

    private SwitchFleet()
    {
    }

    public IEnumerable<string> Addresses => _servers.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Host}:{s.Port}"));

    public static async Task<SwitchFleet> StartAsync(int count, CancellationToken cancellation)
    {
        SwitchFleet fleet = new();
        for (int i = 0; i < Environment.ProcessorCount; i++)
        {
            EventLoop loop = new();
            fleet._loops.Add(loop);
            fleet._running.Add(Task.Factory.StartNew(
                () => loop.RunRealTime(fleet._ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        for (int i = 0; i < count; i++)
        {
            Switch served = new(fleet._loops[i % fleet._loops.Count], new SwitchOptions { Name = string.Create(CultureInfo.InvariantCulture, $"s{i}"), DeviceId = 0 });
            fleet._servers.Add(await P4RuntimeServer.StartAsync(served, "127.0.0.1", 0, cancellation).ConfigureAwait(false));
        }

        return fleet;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (P4RuntimeServer server in _servers)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_running).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // as told
        }

        _loops.ForEach(l => l.Dispose());
        _ending.Dispose();
    }
}
