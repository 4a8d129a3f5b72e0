using Grpc.Core;
using Grpc.Net.Client;

namespace Telemetry.Tui.Feed;

/// <summary>How the UI dials a data center.</summary>
internal static class FeedChannel
{
    /// <summary>A channel that notices a peer that vanished without a word within about 8 s.</summary>
    public static ChannelBase To(Uri address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(3),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = 64 * 1024 * 1024,
    });
}
