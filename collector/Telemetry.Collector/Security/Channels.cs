using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;

namespace Telemetry.Collector.Security;

/// <summary>Makes gRPC channels to tiers of the collector.</summary>
public static class Channels
{
    /// <summary>A channel that finds out within seconds when its peer vanished without a word; the caller disposes it.</summary>
    /// <param name="url">Where the peer serves; <c>https</c> for TLS.</param>
    /// <param name="tls">Certificates; null trusts whom the system trusts, and shows none.</param>
    public static GrpcChannel Create(string url, TlsOptions? tls)
    {
        SocketsHttpHandler handler = new()
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(2),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(2),
            ConnectTimeout = TimeSpan.FromSeconds(2),
        };
        if (tls?.LoadCertificate() is { } own)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(own, tls.LoadChain(), offline: true);
        }

        handler.SslOptions.CertificateChainPolicy = tls?.PeerPolicy();
        return GrpcChannel.ForAddress(url, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            DisposeHttpClient = true,
            HttpHandler = handler,
        });
    }
}
