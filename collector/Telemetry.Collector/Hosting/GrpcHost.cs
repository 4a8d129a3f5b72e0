using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Security;

namespace Telemetry.Collector.Hosting;

/// <summary>Services on one address: Kestrel, HTTP/2 unless told otherwise, with TLS where certificates are given.</summary>
internal sealed class GrpcHost : IAsyncDisposable
{
    private static readonly TimeSpan s_shutdown = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;

    private GrpcHost(WebApplication app, string url)
    {
        _app = app;
        Url = url;
    }

    /// <summary>Where it serves, with the port that was chosen: <c>http://127.0.0.1:5501</c>.</summary>
    public string Url { get; }

    /// <summary>Starts serving.</summary>
    /// <param name="listen">Address and port; port 0 lets the system choose.</param>
    /// <param name="tls">Certificates; null or without one serves without TLS.</param>
    /// <param name="services">Registers the service objects.</param>
    /// <param name="map">Maps the gRPC services.</param>
    /// <param name="loggers">Where the server logs.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <param name="protocols">HTTP/2 for gRPC.</param>
    /// <exception cref="HostFaultException">The address is in use or not this machine's; names it.</exception>
    public static async Task<GrpcHost> StartAsync(
        IPEndPoint listen, TlsOptions? tls, Action<IServiceCollection> services, Action<WebApplication> map, ILoggerFactory loggers, CancellationToken cancellation,
        HttpProtocols protocols = HttpProtocols.Http2)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(listen, options =>
            {
                options.Protocols = protocols;
                if (tls is { Serves: true })
                {
                    options.UseHttps(Https(tls));
                }
            });
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(2);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(2);

            // A tier that only sends now and then is no slow attacker.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = null;
            options.MaxSendMessageSize = null;
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = s_shutdown);
        services(builder.Services);
        WebApplication app = builder.Build();
        map(app);
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            string cause = fault.InnerException?.Message ?? fault.Message;
            throw new HostFaultException($"cannot serve on {listen}: {cause}", fault);
        }

        string url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new GrpcHost(app, url);
    }

    private static HttpsConnectionAdapterOptions Https(TlsOptions tls)
    {
        HttpsConnectionAdapterOptions https = new()
        {
            ServerCertificate = tls.LoadCertificate(),
            ServerCertificateChain = tls.LoadChain(),
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (tls.RequireClientCertificate)
        {
            X509ChainPolicy policy = tls.PeerPolicy()!;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, offered, _) =>
            {
                using X509Chain chain = new() { ChainPolicy = policy.Clone() };
                foreach (X509ChainElement element in offered?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
                {
                    chain.ChainPolicy.ExtraStore.Add(element.Certificate);
                }

                return chain.Build(certificate);
            };
        }

        return https;
    }

    public async ValueTask DisposeAsync()
    {
        using (CancellationTokenSource limit = new(s_shutdown))
        {
            await _app.StopAsync(limit.Token).ConfigureAwait(false);
        }

        await _app.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The program that hosts a tier decides when it ends; the default lifetime would take SIGINT and SIGTERM away from it.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
