using System.Net;
using System.Net.Sockets;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry.SoftSwitch.Service.Endpoint;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>gRPC service objects on one address over HTTP/2.</summary>
internal sealed class GrpcServer : IAsyncDisposable
{
    /// <summary>Large pipelines and batches fit; BMv2's limit is 4 MiB, which large fabrics exceed.</summary>
    private const int MaxMessageBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes in flight towards the server: with HTTP/2's default of 64 KiB a batch of writes is sent in many small steps.
    /// </summary>
    private const int WindowBytes = 4 * 1024 * 1024;

    private readonly WebApplication _app;

    private GrpcServer(WebApplication app, int port)
    {
        _app = app;
        Port = port;
    }

    /// <summary>The TCP port bound, also when 0 was asked for.</summary>
    public int Port { get; }

    /// <param name="what">What the address is for, in errors.</param>
    /// <param name="services">The service objects; every call goes to one of them.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="tls">Certificates; null without TLS.</param>
    /// <param name="cancellation">Ends the attempt to start.</param>
    /// <exception cref="IOException">The address cannot be bound, or a certificate not be read; the message says which and why.</exception>
    public static async Task<GrpcServer> StartAsync(string what, IReadOnlyList<ServedObject> services, GrpcAddress address, GrpcTls? tls, CancellationToken cancellation)
    {
        string place = $"{what} address {address}";
        IPAddress bindTo = address.Host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? parsed) ? parsed
            : throw new IOException($"{place}: {address.Host} is no IP address");
        if (address.Port is < 0 or > 65535)
        {
            throw new IOException($"{place}: a TCP port is 0 to 65535");
        }

        HttpsConnectionAdapterOptions? https = tls?.ToKestrel();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (https is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.AddGrpc(o =>
        {
            o.MaxReceiveMessageSize = MaxMessageBytes;
            o.MaxSendMessageSize = MaxMessageBytes;
        });
        foreach (ServedObject service in services)
        {
            service.Register(builder.Services);
        }

        builder.Services.AddSingleton<IServiceMethodProvider<P4RuntimeEndpoint>, EndpointMethods>();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.Http2.InitialConnectionWindowSize = WindowBytes;
            k.Limits.Http2.InitialStreamWindowSize = WindowBytes;
            k.Listen(bindTo, address.Port, l =>
            {
                l.Protocols = HttpProtocols.Http2;
                if (https is not null)
                {
                    l.UseHttps(https);
                }
            });
        });
        WebApplication app = builder.Build();
        app.UseRouting();
        foreach (ServedObject service in services)
        {
            service.Map(app);
        }

        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            bool inUse = fault is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
                || fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException;
            throw new IOException($"{place} cannot be bound: {(inUse ? "the port is in use" : fault.Message)}", fault);
        }

        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new GrpcServer(app, new Uri(bound).Port);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
