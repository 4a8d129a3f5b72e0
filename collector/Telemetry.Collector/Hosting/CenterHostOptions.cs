using System.Net;
using Telemetry.Collector.Centers;
using Telemetry.Collector.Delivery;

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

    /// <summary>
    /// Directory of the spool; null keeps in memory what the data center did not acknowledge, and loses it with the
    /// process although nodes were told that it is safe.
    /// </summary>
    public string? SpoolDirectory { get; init; }

    /// <summary>Batches kept in memory without a spool, 10 to 100,000; default 600.</summary>
    public int OutboxLimit { get; init; } = MemoryOutbox.DefaultLimit;

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        Center.Validate();
        OptionFaults faults = new();
        faults.Require(EndPoints.TryParse(Listen, out IPEndPoint? _), $"Listen {Listen} is not of the form ADDRESS:PORT");
        faults.Range(OutboxLimit, 10, 100_000, nameof(OutboxLimit));
        faults.Throw("center options");
        new PusherOptions { Url = Upstream }.Validate();
    }
}
