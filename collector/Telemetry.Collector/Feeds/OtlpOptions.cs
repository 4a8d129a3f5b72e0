namespace Telemetry.Collector.Feeds;

/// <summary>Where metrics and events go by the OpenTelemetry protocol.</summary>
public sealed record OtlpOptions
{
    /// <summary>Receiver, e.g. <c>http://127.0.0.1:4317</c> for gRPC, <c>http://127.0.0.1:4318</c> for HTTP.</summary>
    public required string Url { get; init; }

    /// <summary>True to send protobuf over HTTP, false (default) over gRPC.</summary>
    public bool OverHttp { get; init; }

    /// <summary>Time between metrics, 100 ms to 10 minutes; default 10 s.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    internal void Validate(OptionFaults faults)
    {
        faults.Require(
            Uri.TryCreate(Url, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https",
            $"Otlp.Url {Url} is not of the form http://HOST:PORT");
        faults.Require(Period >= TimeSpan.FromMilliseconds(100) && Period <= TimeSpan.FromMinutes(10), $"Otlp.Period {Period} is not in 100 ms to 10 minutes");
    }
}
