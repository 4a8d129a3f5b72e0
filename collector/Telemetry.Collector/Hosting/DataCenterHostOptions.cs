using System.Net;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Feeds;
using Telemetry.Collector.History;
using Telemetry.Collector.Security;

namespace Telemetry.Collector.Hosting;

/// <summary>The data center as a process, or inside one.</summary>
public sealed record DataCenterHostOptions
{
    /// <summary>The data center itself.</summary>
    public DataCenterOptions DataCenter { get; init; } = new();

    /// <summary>Where centers and watchers connect, <c>ADDRESS:PORT</c>; port 0 lets the system choose. Default 127.0.0.1:5502.</summary>
    public string Listen { get; init; } = "127.0.0.1:5502";

    /// <summary>File of the history; null keeps it in memory.</summary>
    public string? HistoryFile { get; init; }

    /// <summary>File of the devices that operators enter; null keeps them in memory.</summary>
    public string? DevicesFile { get; init; }

    /// <summary>How long the history keeps what.</summary>
    public HistoryRetention Retention { get; init; } = new();

    /// <summary>Certificates of what it serves; null for none.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Where Prometheus scrapes, <c>ADDRESS:PORT</c>, path /metrics; null serves none.</summary>
    public string? Metrics { get; init; }

    /// <summary>Ports, links and devices that get series of their own in metrics, 10 to 1,000,000 of each; others are counted. Default 5000.</summary>
    public int MetricsSeries { get; init; } = 5000;

    /// <summary>Where metrics and events go by OTLP; null sends none.</summary>
    public OtlpOptions? Otlp { get; init; }

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        DataCenter.Validate();
        OptionFaults faults = new();
        faults.Require(Metrics is null || EndPoints.TryParse(Metrics, out IPEndPoint? _), $"Metrics {Metrics} is not of the form ADDRESS:PORT");
        faults.Range(MetricsSeries, 10, 1_000_000, nameof(MetricsSeries));
        Otlp?.Validate(faults);
        faults.Require(EndPoints.TryParse(Listen, out IPEndPoint? _), $"Listen {Listen} is not of the form ADDRESS:PORT");
        Retention.Validate(faults);
        Tls?.Validate(faults);
        faults.Throw("data center options");
    }
}
