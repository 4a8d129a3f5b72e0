using Telemetry.SoftSwitch.Control;
using Telemetry.SoftSwitch.Service;
using Telemetry.SoftSwitch.Service.Endpoint;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>Serves one switch's P4Runtime, and the control of its queues, counters and traces, over HTTP/2, with or without TLS.</summary>
public sealed class P4RuntimeServer : IAsyncDisposable
{
    private readonly GrpcServer _server;

    private P4RuntimeServer(GrpcServer server, string host)
    {
        _server = server;
        Host = host;
    }

    /// <summary>The address bound.</summary>
    public string Host { get; }

    /// <summary>The TCP port bound, also when 0 was asked for.</summary>
    public int Port => _server.Port;

    /// <summary>Binds and starts serving without TLS. The loop must run in real time for calls to be answered.</summary>
    /// <param name="served">The switch.</param>
    /// <param name="host">An IP address, or "localhost".</param>
    /// <param name="port">TCP port, 0 to 65535; 0 takes a free one.</param>
    /// <param name="cancellation">Ends the attempt to start.</param>
    /// <exception cref="IOException">The address cannot be bound; the message says which and why.</exception>
    public static Task<P4RuntimeServer> StartAsync(Switch served, string host, int port, CancellationToken cancellation = default) =>
        StartAsync(served, new GrpcAddress(host, port), null, cancellation);

    /// <summary>Binds and starts serving. The loop must run in real time for calls to be answered.</summary>
    /// <param name="served">The switch.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="tls">Certificates; null without TLS.</param>
    /// <param name="cancellation">Ends the attempt to start.</param>
    /// <exception cref="IOException">The address cannot be bound, or a certificate not be read; the message says which and why.</exception>
    public static Task<P4RuntimeServer> StartAsync(Switch served, GrpcAddress address, GrpcTls? tls, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(served);
        ArgumentNullException.ThrowIfNull(address);
        return StartAsync(served, null, address, tls, cancellation);
    }

    /// <summary>The same for a switch that writes a log.</summary>
    internal static async Task<P4RuntimeServer> StartAsync(Switch served, SwitchLog? log, GrpcAddress address, GrpcTls? tls, CancellationToken cancellation)
    {
        GrpcServer server = await GrpcServer.StartAsync(
            "P4Runtime", [ServedObject.Of(new P4RuntimeEndpoint((P4RuntimeService)served.Service)), ServedObject.Of(new ControlService(served, log))], address, tls, cancellation).ConfigureAwait(false);
        return new P4RuntimeServer(server, address.Host);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
