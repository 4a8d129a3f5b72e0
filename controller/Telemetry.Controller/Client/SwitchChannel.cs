using Grpc.Net.Client;

namespace Telemetry.Controller.Client;

/// <summary>gRPC channels with the limits that P4Runtime needs.</summary>
public static class SwitchChannel
{
    /// <summary>Largest answer taken, in bytes: BMv2 answers a read in one message.</summary>
    public const int MaximumReceiveBytes = 256 << 20;

    /// <summary>Response headers taken, in KiB: per-update errors travel in the trailers and count against it.</summary>
    public const int MaximumResponseHeadersKiB = 4 << 10;

    /// <summary>Opens a channel without TLS; it connects when first used.</summary>
    /// <param name="address">host:port, or an http:// address.</param>
    /// <exception cref="ArgumentException">The text is no address.</exception>
    public static GrpcChannel Create(string address)
    {
        string text = address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
        {
            throw new ArgumentException($"\"{address}\" is no gRPC address; expected host:port", nameof(address));
        }

        return GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = MaximumReceiveBytes,
            MaxSendMessageSize = null,
            DisposeHttpClient = true,
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(50), // P4Switch has its own waits
            MaxReconnectBackoff = TimeSpan.FromMilliseconds(500),
            HttpHandler = new SocketsHttpHandler
            {
                MaxResponseHeadersLength = MaximumResponseHeadersKiB,
                EnableMultipleHttp2Connections = true,
                ConnectTimeout = TimeSpan.FromSeconds(2),
                KeepAlivePingDelay = TimeSpan.FromSeconds(2), // a peer that vanished without a reset
                KeepAlivePingTimeout = TimeSpan.FromSeconds(2),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            },
        });
    }
}
