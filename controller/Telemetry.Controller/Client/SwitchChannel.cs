using Grpc.Net.Client;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Controller.Client;

/// <summary>gRPC channels with the limits that P4Runtime needs.</summary>
public static class SwitchChannel
{
    /// <summary>Largest answer taken, in bytes: BMv2 answers a read in one message.</summary>
    public const int MaximumReceiveBytes = 256 << 20;

    /// <summary>Response headers taken, in KiB: per-update errors travel in the trailers and count against it.</summary>
    public const int MaximumResponseHeadersKiB = 4 << 10;

    /// <summary>Opens a channel; it connects when first used.</summary>
    /// <param name="address">host:port, or an http:// or https:// address.</param>
    /// <param name="tls">Certificates; null speaks TLS only where the address says https, and trusts the system's authorities then.</param>
    /// <exception cref="ArgumentException">The text is no address.</exception>
    /// <exception cref="IOException">A certificate file cannot be used; names each fault.</exception>
    public static GrpcChannel Create(string address, SwitchTls? tls = null)
    {
        string text = address.Contains("://", StringComparison.Ordinal) ? address : $"{(tls is null ? "http" : "https")}://{address}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
        {
            throw new ArgumentException($"\"{address}\" is no gRPC address; expected host:port", nameof(address));
        }

        SocketsHttpHandler handler = new()
        {
            MaxResponseHeadersLength = MaximumResponseHeadersKiB,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            KeepAlivePingDelay = TimeSpan.FromSeconds(2), // a peer that vanished without a reset
            KeepAlivePingTimeout = TimeSpan.FromSeconds(2),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (uri.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = (tls ?? new SwitchTls()).ToSslOptions();
        }

        return GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = MaximumReceiveBytes,
            MaxSendMessageSize = null,
            DisposeHttpClient = true,
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(50), // P4Switch has its own waits
            MaxReconnectBackoff = TimeSpan.FromMilliseconds(500),
            HttpHandler = handler,
        });
    }
}
