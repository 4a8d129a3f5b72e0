using Grpc.Net.Client;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Collector.Hosting;

/// <summary>A switch that a node reads over P4Runtime.</summary>
/// <param name="Name">Switch name as in the inventory.</param>
/// <param name="Url">Its P4Runtime server, <c>http://HOST:PORT</c>, or <c>https</c> for TLS.</param>
/// <param name="DeviceId">P4Runtime device id.</param>
/// <param name="Pid">Its process, for processor use and memory; null finds it by the port, if it runs on this machine.</param>
public sealed record SwitchTarget(string Name, string Url, ulong DeviceId, int? Pid = null)
{
    /// <summary>Certificates, where <see cref="Url"/> is https; null trusts the system's authorities.</summary>
    public SwitchTls? Tls { get; init; }

    /// <summary>Opens a channel; it connects when first used.</summary>
    /// <exception cref="IOException">A certificate file cannot be used; names each fault.</exception>
    internal GrpcChannel Open()
    {
        GrpcChannelOptions options = new() { MaxReceiveMessageSize = null };
        if (Url.StartsWith("https:", StringComparison.Ordinal))
        {
            options.HttpHandler = new SocketsHttpHandler { SslOptions = (Tls ?? new SwitchTls()).ToSslOptions() };
            options.DisposeHttpClient = true;
        }

        return GrpcChannel.ForAddress(Url, options);
    }
}
