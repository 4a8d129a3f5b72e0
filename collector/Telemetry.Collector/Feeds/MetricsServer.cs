using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Security;

namespace Telemetry.Collector.Feeds;

/// <summary>What Prometheus scrapes: GET /metrics.</summary>
internal sealed class MetricsServer : IAsyncDisposable
{
    private readonly GrpcHost _host;
    private readonly StageMetrics _metrics;

    private MetricsServer(GrpcHost host, StageMetrics metrics) => (_host, _metrics) = (host, metrics);

    /// <summary>Where it serves, with the port that was chosen.</summary>
    public string Url => _host.Url;

    /// <summary>Starts serving; null when there is no address.</summary>
    /// <exception cref="HostFaultException">The address is in use or not this machine's; names it.</exception>
    public static async Task<MetricsServer?> StartAsync(
        string? listen, TlsOptions? tls, StageMetrics metrics, ILoggerFactory loggers, CancellationToken cancellation)
    {
        if (listen is null)
        {
            return null;
        }

        GrpcHost host = await GrpcHost.StartAsync(
            EndPoints.Parse(listen),
            tls,
            _ => { },
            app => app.MapGet("/metrics", (RequestDelegate)(async context =>
            {
                context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                await metrics.WriteAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
            })),
            loggers,
            cancellation,
            HttpProtocols.Http1).ConfigureAwait(false);
        return new MetricsServer(host, metrics);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync().ConfigureAwait(false);
        await _metrics.DisposeAsync().ConfigureAwait(false);
    }
}
