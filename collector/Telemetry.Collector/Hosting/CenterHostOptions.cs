using System.Net;
using Telemetry.Collector.Centers;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Security;

namespace Telemetry.Collector.Hosting;

/// <summary>A cluster center as a process, or inside one.</summary>
public sealed record CenterHostOptions
{
    /// <summary>The center itself.</summary>
    public CenterOptions Center { get; init; } = new();

    /// <summary>Where nodes connect, <c>ADDRESS:PORT</c>; port 0 lets the system choose. Default 127.0.0.1:5501.</summary>
    public string Listen { get; init; } = "127.0.0.1:5501";

    /// <summary>The data center, <c>http://HOST:PORT</c>.</summary>
    public string Upstream { get; init; } = "http://127.0.0.1:5502";

    /// <summary>Addresses of the same data center to turn to when that one does not answer, in order. Default none.</summary>
    public IReadOnlyList<string> OtherUpstreams { get; init; } = [];

    /// <summary>Certificates of what it serves and of its connection upward; null for none.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>
    /// Directory of the spool; null keeps in memory what the data center did not acknowledge, and loses it with the
    /// process although nodes were told that it is safe.
    /// </summary>
    public string? SpoolDirectory { get; init; }

    /// <summary>Size of the spool at which its policy applies, bytes: 16 MiB to 1 TiB, default 512 MiB.</summary>
    public long SpoolLimitBytes { get; init; } = 512L << 20;

    /// <summary>What the spool does at its limit; by default the oldest windows are given up.</summary>
    public SpoolPolicy SpoolWhenFull { get; init; }

    /// <summary>Batches kept in memory without a spool, 10 to 100,000; default 600.</summary>
    public int OutboxLimit { get; init; } = MemoryOutbox.DefaultLimit;

    /// <summary>Where Prometheus scrapes, <c>ADDRESS:PORT</c>, path /metrics; null serves none.</summary>
    public string? Metrics { get; init; }

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        Center.Validate();
        OptionFaults faults = new();
        faults.Require(Metrics is null || EndPoints.TryParse(Metrics, out IPEndPoint? _), $"Metrics {Metrics} is not of the form ADDRESS:PORT");
        faults.Require(EndPoints.TryParse(Listen, out IPEndPoint? _), $"Listen {Listen} is not of the form ADDRESS:PORT");
        faults.Range(SpoolLimitBytes, 16 << 20, 1L << 40, nameof(SpoolLimitBytes));
        faults.Range(OutboxLimit, 10, 100_000, nameof(OutboxLimit));
        faults.Throw("center options");
        Pusher.Validate();
    }

    internal PusherOptions Pusher => new() { Url = Upstream, Others = OtherUpstreams, Tls = Tls };

    internal SpoolOptions? Spool => SpoolDirectory is null
        ? null
        : new SpoolOptions { Directory = SpoolDirectory, LimitBytes = SpoolLimitBytes, WhenFull = SpoolWhenFull };
}
