using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.Feeds;

/// <summary>
/// Sends metrics of ports, devices and stages, and alerts and events as log records, to an OpenTelemetry receiver.
/// The library's exporters queue, bound and retry; a receiver that is away costs their data only.
/// </summary>
internal sealed partial class OtlpExporter : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Switch, uint Port), PortReading> _ports = [];
    private readonly Dictionary<string, DeviceStatus> _devices = new(StringComparer.Ordinal);
    private readonly Func<IReadOnlyList<TierStatus>> _tiers;
    private readonly FeedSubscription _subscription;
    private readonly Meter _meter = new("Telemetry.Collector");
    private readonly MeterProvider _metrics;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly ValueHistogram _scratch = new();
    private readonly Task _watching;

    public OtlpExporter(OtlpOptions options, string name, FeedSubscription subscription, Func<IReadOnlyList<TierStatus>> tiers)
    {
        _tiers = tiers;
        _subscription = subscription;
        CreateInstruments();
        ResourceBuilder resource = ResourceBuilder.CreateEmpty().AddService("telemetry", serviceInstanceId: name);
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(_meter.Name)
            .AddOtlpExporter((exporter, reader) =>
            {
                Apply(options, exporter, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Period.TotalMilliseconds;
            })
            .Build();
        _logs = LoggerFactory.Create(builder => builder.AddOpenTelemetry(log =>
        {
            log.SetResourceBuilder(resource);
            log.IncludeFormattedMessage = true;
            log.AddOtlpExporter(exporter => Apply(options, exporter, "v1/logs"));
        }));
        _log = _logs.CreateLogger("telemetry");
        _watching = Task.Run(WatchAsync, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _metrics.Dispose();
        _logs.Dispose();
        _meter.Dispose();
    }

    private static void Apply(OtlpOptions options, OtlpExporterOptions exporter, string path)
    {
        exporter.Protocol = options.OverHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = options.OverHttp ? new Uri(new Uri(options.Url.TrimEnd('/') + "/"), path) : new Uri(options.Url);
    }

    private void CreateInstruments()
    {
        _meter.CreateObservableCounter("telemetry.port.packets", () => OfPorts(port => port.Packets), "{packet}", "Packets seen by INT at a switch's egress port");
        _meter.CreateObservableCounter("telemetry.port.transmit", () => OfPorts(port => port.TxBytes), "By", "Bytes that left a switch port");
        _meter.CreateObservableCounter("telemetry.port.drops", () => OfPorts(port => port.Drops), "{packet}", "Packets dropped at a switch port's queues");
        _meter.CreateObservableGauge("telemetry.port.hop_latency.p50", () => OfPorts(port => port.P50Ns / 1e9), "s", "Median hop latency in the newest window");
        _meter.CreateObservableGauge("telemetry.port.hop_latency.p99", () => OfPorts(port => port.P99Ns / 1e9), "s", "99th percentile of hop latency in the newest window");
        _meter.CreateObservableGauge("telemetry.port.queue_depth", () => OfPorts(port => port.QueueMax), "{packet}", "Deepest queue in the newest window");
        _meter.CreateObservableGauge("telemetry.device.up", OfDevices, "1", "1 up, 0 silent or down");
        _meter.CreateObservableCounter("telemetry.stage.items", () => OfStages(stage => (long)stage.Total), "{item}", "What a stage of a tier has worked off");
        _meter.CreateObservableCounter("telemetry.stage.dropped", () => OfStages(stage => (long)stage.Dropped), "{item}", "What a stage of a tier has dropped");
        _meter.CreateObservableGauge("telemetry.stage.queue", () => OfStages(stage => (long)stage.Queue), "{item}", "What waits in a stage of a tier");
    }

    private List<Measurement<T>> OfPorts<T>(Func<PortReading, T> value)
        where T : struct
    {
        lock (_lock)
        {
            return [.. _ports.Select(port => new Measurement<T>(
                value(port.Value), new KeyValuePair<string, object?>("switch", port.Key.Switch), new KeyValuePair<string, object?>("port", (long)port.Key.Port)))];
        }
    }

    private List<Measurement<long>> OfDevices()
    {
        lock (_lock)
        {
            return [.. _devices.Values.Where(device => device.State != DeviceState.Unspecified).Select(device => new Measurement<long>(
                device.State == DeviceState.Up ? 1 : 0,
                new KeyValuePair<string, object?>("device", device.Name),
                new KeyValuePair<string, object?>("kind", device.Kind.ToString())))];
        }
    }

    private List<Measurement<long>> OfStages(Func<Stage, long> value) => [.. _tiers().SelectMany(tier => tier.Stages.Select(stage => new Measurement<long>(
        value(stage), new KeyValuePair<string, object?>("tier", tier.Name), new KeyValuePair<string, object?>("stage", stage.Name))))];

    private async Task WatchAsync()
    {
        while (await _subscription.WaitAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (_subscription.TryRead(out Update? update))
            {
                Take(update);
            }
        }
    }

    private void Take(Update update)
    {
        switch (update.WhatCase)
        {
            case Update.WhatOneofCase.Snapshot:
                TakeDevices(update.Snapshot.Devices);
                break;
            case Update.WhatOneofCase.Device:
                TakeDevices([update.Device]);
                break;
            case Update.WhatOneofCase.Window:
                lock (_lock)
                {
                    foreach (PortWindow port in update.Window.Ports)
                    {
                        Take(port);
                    }
                }

                break;
            case Update.WhatOneofCase.Event:
                LogEvent(_log, update.Event.Kind.ToString(), update.Event.Entity, update.Event.Detail);
                break;
            case Update.WhatOneofCase.Alert when update.Alert.HasEndNs:
                LogAlertEnd(_log, update.Alert.Kind, update.Alert.Entity);
                break;
            case Update.WhatOneofCase.Alert:
                LogAlert(_log, update.Alert.Kind, update.Alert.Entity, update.Alert.Score, update.Alert.Explanation);
                break;
        }
    }

    private void TakeDevices(IEnumerable<DeviceStatus> devices)
    {
        lock (_lock)
        {
            foreach (DeviceStatus device in devices)
            {
                _devices[device.Name] = device;
            }
        }
    }

    private void Take(PortWindow port)
    {
        PortReading reading = _ports.GetValueOrDefault((port.Switch, port.Port));
        _scratch.Clear();
        bool heard = _scratch.TryMerge(port.HopLatencyNs) && _scratch.Count > 0;
        reading = reading with
        {
            Packets = reading.Packets + (long)port.Packets,
            TxBytes = reading.TxBytes + (long)port.TxBytes,
            Drops = reading.Drops + (long)port.Drops,
            P50Ns = heard ? _scratch.Quantile(0.5) : 0,
            P99Ns = heard ? _scratch.Quantile(0.99) : 0,
        };
        _scratch.Clear();
        bool deep = _scratch.TryMerge(port.QueueDepth) && _scratch.Count > 0;
        _ports[(port.Switch, port.Port)] = reading with { QueueMax = deep ? _scratch.Max : 0 };
    }

    private readonly record struct PortReading(long Packets, long TxBytes, long Drops, long P50Ns, long P99Ns, long QueueMax);
}
