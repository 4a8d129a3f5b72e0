using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;

namespace Telemetry.SoftSwitch.Control;

/// <summary>Opens the way to a switch that runs.</summary>
internal static class ControlChannel
{
    /// <param name="address">HOST:PORT of the switch's P4Runtime.</param>
    /// <param name="authorityPath">PEM file of who signed the server's certificate; null without TLS.</param>
    /// <param name="certificatePath">PEM file of this client's certificate; null for none.</param>
    /// <param name="keyPath">PEM file of its key.</param>
    /// <exception cref="IOException">A file is missing or no certificate; the message names it.</exception>
    public static GrpcChannel Open(string address, string? authorityPath, string? certificatePath, string? keyPath)
    {
        SocketsHttpHandler handler = new() { EnableMultipleHttp2Connections = true };
        if (authorityPath is null)
        {
            return GrpcChannel.ForAddress($"http://{address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        }

        X509Certificate2Collection authorities = [];
        Read(authorityPath, () => authorities.ImportFromPemFile(authorityPath));
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        if (certificatePath is not null && keyPath is not null)
        {
            Read(certificatePath, () => handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificatePath, keyPath)]);
        }

        return GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private static void Read(string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception fault) when (fault is CryptographicException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: {fault.Message}", fault);
        }
    }
}
