using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry.SoftSwitch.Service;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>Serves one switch's P4Runtime over HTTP/2 without TLS.</summary>
public sealed class P4RuntimeServer : IAsyncDisposable
{
    /// <summary>Large pipelines and batches fit; BMv2's limit is 4 MiB, which large fabrics exceed.</summary>
    private const int MaxMessageBytes = 64 * 1024 * 1024;
    private readonly WebApplication _app;

    private P4RuntimeServer(WebApplication app, string host, int port)
    {
        _app = app;
        Host = host;
        Port = port;
    }

    /// <summary>The address bound.</summary>
    public string Host { get; }

    /// <summary>The TCP port bound, also when 0 was asked for.</summary>
    public int Port { get; }

    /// <summary>Binds and starts serving. The loop must run in real time for calls to be answered.</summary>
    /// <param name="served">The switch.</param>
    /// <param name="host">An IP address, or "localhost".</param>
    /// <param name="port">TCP port, 0 to 65535; 0 takes a free one.</param>
    /// <param name="cancellation">Ends the attempt to start.</param>
    /// <exception cref="IOException">The address cannot be bound; the message says which and why.</exception>
    public static async Task<P4RuntimeServer> StartAsync(Switch served, string host, int port, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(served);
        IPAddress address = host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? parsed) ? parsed
            : throw new IOException($"P4Runtime address {host}:{port}: {host} is no IP address");
        if (port is < 0 or > 65535)
        {
            throw new IOException($"P4Runtime address {host}:{port}: a TCP port is 0 to 65535");
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.AddGrpc(o =>
        {
            o.MaxReceiveMessageSize = MaxMessageBytes;
            o.MaxSendMessageSize = MaxMessageBytes;
        });
        builder.Services.AddSingleton((P4RuntimeService)served.Service);
        builder.WebHost.ConfigureKestrel(k => k.Listen(address, port, l => l.Protocols = HttpProtocols.Http2));
        WebApplication app = builder.Build();
        app.MapGrpcService<P4RuntimeService>();
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            bool inUse = fault is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
                || fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException;
            throw new IOException($"P4Runtime address {host}:{port} cannot be bound: {(inUse ? "the port is in use" : fault.Message)}", fault);
        }

        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new P4RuntimeServer(app, host, new Uri(bound).Port);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
