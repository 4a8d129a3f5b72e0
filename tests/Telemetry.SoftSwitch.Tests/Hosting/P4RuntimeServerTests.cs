using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using P4.V1;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Hosting;

public sealed class P4RuntimeServerTests
{
    [Fact]
    public async Task Server_OverTheNetwork_AnswersOnTheLoopAndRefusesABusyPort()
    {
        using EventLoop loop = new();
        using CancellationTokenSource stop = new();
        Thread thread = new(() => loop.RunRealTime(stop.Token)) { IsBackground = true };
        thread.Start();
        Switch served = await loop.InvokeAsync(() => new Switch(loop, new SwitchOptions { Name = "s1", DeviceId = 4 }));
        await using (P4RuntimeServer server = await P4RuntimeServer.StartAsync(served, "127.0.0.1", 0))
        {
            Assert.NotEqual(0, server.Port);
            IOException busy = await Assert.ThrowsAsync<IOException>(() => P4RuntimeServer.StartAsync(served, "127.0.0.1", server.Port));
            Assert.Contains($"127.0.0.1:{server.Port} cannot be bound: the port is in use", busy.Message, StringComparison.Ordinal);

            using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Port}");
            P4.V1.P4Runtime.P4RuntimeClient client = new(channel);
            using AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> stream = client.StreamChannel();
            await stream.RequestStream.WriteAsync(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { DeviceId = 4, ElectionId = new Uint128 { Low = 1 } } });
            Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(0, stream.ResponseStream.Current.Arbitration.Status.Code);
            RpcException denied = await Assert.ThrowsAsync<RpcException>(async () => await client.WriteAsync(new WriteRequest { DeviceId = 4, ElectionId = new Uint128 { Low = 2 } }));
            Assert.Equal(StatusCode.PermissionDenied, denied.StatusCode);
            await stream.RequestStream.CompleteAsync();
        }

        await stop.CancelAsync();
        thread.Join();
    }

    [Fact]
    public async Task Server_WithTlsAndClientAuth_TakesOnlyClientsOfTheAuthority()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("tls");
        using EventLoop loop = new();
        using CancellationTokenSource stop = new();
        Thread thread = new(() => loop.RunRealTime(stop.Token)) { IsBackground = true };
        thread.Start();
        try
        {
            string Path(string name) => System.IO.Path.Combine(folder.FullName, name);
            using X509Certificate2 authority = Certificate("lab", null);
            using X509Certificate2 server = Certificate("switch", authority);
            using X509Certificate2 client = Certificate("controller", authority);
            using X509Certificate2 stranger = Certificate("stranger", null);
            await File.WriteAllTextAsync(Path("ca.pem"), authority.ExportCertificatePem());
            await File.WriteAllTextAsync(Path("server.pem"), server.ExportCertificatePem());
            await File.WriteAllTextAsync(Path("key.pem"), server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
            Switch served = await loop.InvokeAsync(() => new Switch(loop, new SwitchOptions { Name = "s1" }));
            GrpcAddress address = new("127.0.0.1", 0);
            await using P4RuntimeServer open = await P4RuntimeServer.StartAsync(served, address, new GrpcTls(Path("server.pem"), Path("key.pem"), null, false));
            await using P4RuntimeServer closed = await P4RuntimeServer.StartAsync(served, address, new GrpcTls(Path("server.pem"), Path("key.pem"), Path("ca.pem"), true));
            Assert.Equal("1.5.0", await VersionOf(open, authority, null));
            Assert.Equal("1.5.0", await VersionOf(closed, authority, client));
            await Assert.ThrowsAsync<RpcException>(() => VersionOf(closed, authority, null));
            await Assert.ThrowsAsync<RpcException>(() => VersionOf(closed, authority, stranger));
            await Assert.ThrowsAsync<RpcException>(() => VersionOf(open, stranger, null));
            IOException missing = await Assert.ThrowsAsync<IOException>(() => P4RuntimeServer.StartAsync(served, address, new GrpcTls(Path("server.pem"), Path("none.pem"), null, false)));
            Assert.Contains("none.pem", missing.Message, StringComparison.Ordinal);
        }
        finally
        {
            await stop.CancelAsync();
            thread.Join();
            folder.Delete(true);
        }
    }

    private static async Task<string> VersionOf(P4RuntimeServer server, X509Certificate2 authority, X509Certificate2? client)
    {
        using SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        handler.SslOptions.ClientCertificates = client is null ? null : [client];
        handler.SslOptions.LocalCertificateSelectionCallback = client is null ? null : (_, _, _, _, _) => client;
        using GrpcChannel channel = GrpcChannel.ForAddress($"https://127.0.0.1:{server.Port}", new GrpcChannelOptions { HttpHandler = handler });
        return (await new P4.V1.P4Runtime.P4RuntimeClient(channel).CapabilitiesAsync(new CapabilitiesRequest())).P4RuntimeApiVersion;
    }

    /// <summary>A certificate for the loopback address, signed by an authority or, for one itself, by nobody else.</summary>
    private static X509Certificate2 Certificate(string name, X509Certificate2? authority)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        (DateTimeOffset from, DateTimeOffset to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority is null, false, 0, true));
        if (authority is null)
        {
            using X509Certificate2 root = request.CreateSelfSigned(from, to);
            return X509CertificateLoader.LoadPkcs12(root.Export(X509ContentType.Pfx), null);
        }

        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }
}
