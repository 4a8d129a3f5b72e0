using Prometheus;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;

namespace Telemetry.Collector.Feeds;

/// <summary>The tiers' own figures as Prometheus metrics, and beside them whatever else is put into the registry.</summary>
internal sealed class StageMetrics : IAsyncDisposable
{
    private static readonly string[] s_stage = ["tier", "stage"];

    private readonly Func<IReadOnlyList<TierStatus>> _tiers;
    private readonly Counter _items;
    private readonly Counter _dropped;
    private readonly Counter _errors;
    private readonly Gauge _queue;
    private readonly Gauge _lag;
    private readonly Gauge _connected;
    private readonly Gauge _started;
    private FeedSubscription? _subscription;
    private Task _watching = Task.CompletedTask;

    public StageMetrics(Func<IReadOnlyList<TierStatus>> tiers)
    {
        _tiers = tiers;
        MetricFactory factory = Metrics.WithCustomRegistry(Registry);
        _items = factory.CreateCounter("telemetry_stage_items_total", "What a stage of a tier has worked off.", s_stage);
        _dropped = factory.CreateCounter("telemetry_stage_dropped_total", "What a stage of a tier has dropped or found missing.", s_stage);
        _errors = factory.CreateCounter("telemetry_stage_errors_total", "What a stage of a tier has found wrong or left out, by kind.", "tier", "stage", "kind");
        _queue = factory.CreateGauge("telemetry_stage_queue_length", "What waits in a stage of a tier.", s_stage);
        _lag = factory.CreateGauge("telemetry_stage_lag_seconds", "Age of the oldest that waits in a stage of a tier.", s_stage);
        _connected = factory.CreateGauge("telemetry_tier_upstream_connected", "1 while a tier's upstream is connected.", "tier");
        _started = factory.CreateGauge("telemetry_tier_start_time_seconds", "Start of a tier, Unix time.", "tier");
        Registry.AddBeforeCollectCallback(Read);
    }

    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    public Task WriteAsync(Stream output, CancellationToken cancellation) => Registry.CollectAndExportAsTextAsync(output, cancellation);

    /// <summary>Keeps metrics of the network up to date from a feed, which ends with these.</summary>
    public void Watch(NetworkMetrics network, FeedSubscription subscription, CancellationToken stop)
    {
        _subscription = subscription;
        _watching = Task.Run(() => WatchAsync(network, subscription, stop), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _subscription?.Dispose();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task WatchAsync(NetworkMetrics network, FeedSubscription subscription, CancellationToken stop)
    {
        while (await subscription.WaitAsync(stop).ConfigureAwait(false))
        {
            while (subscription.TryRead(out Update? update))
            {
                network.Take(update);
            }
        }
    }

    private void Read()
    {
        foreach (TierStatus tier in _tiers())
        {
            _started.WithLabels(tier.Name).Set(tier.StartedNs / 1e9);
            if (tier.Upstream.Length > 0)
            {
                _connected.WithLabels(tier.Name).Set(tier.Connected ? 1 : 0);
            }

            foreach (Stage stage in tier.Stages)
            {
                _items.WithLabels(tier.Name, stage.Name).IncTo(stage.Total);
                _dropped.WithLabels(tier.Name, stage.Name).IncTo(stage.Dropped);
                _queue.WithLabels(tier.Name, stage.Name).Set(stage.Queue);
                _lag.WithLabels(tier.Name, stage.Name).Set(stage.LagNs / 1e9);
                foreach ((string kind, ulong count) in stage.Errors)
                {
                    _errors.WithLabels(tier.Name, stage.Name, kind).IncTo(count);
                }
            }
        }
    }
}
