using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Security;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Security;

public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("telemetry-tls").FullName;
    private readonly TestAuthority _ours;
    private readonly TestAuthority _foreign;

    public TlsTests()
    {
        _ours = new TestAuthority(_folder, "ours");
        _foreign = new TestAuthority(_folder, "foreign");
    }

    public void Dispose()
    {
        _ours.Dispose();
        _foreign.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<DataCenterHost> ServeAsync(TlsOptions tls) => DataCenterHost.StartAsync(
        new DataCenterHostOptions { Listen = "127.0.0.1:0", Tls = tls }, new DepthDetector(), new AlertOptions(), TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task<StatusCode> AskAsync(string url, TlsOptions? tls)
    {
        using GrpcChannel channel = Channels.Create(url, tls);
        try
        {
            await new Feed.FeedClient(channel).GetTotalsAsync(new TotalsRequest());
            return StatusCode.OK;
        }
        catch (RpcException fault)
        {
            return fault.StatusCode;
        }
    }

    [Fact]
    public async Task Serve_MutualTls_TakesOnlyClientsOfItsAuthority()
    {
        await using DataCenterHost host = await ServeAsync(_ours.Issue("server", mutual: true));
        Assert.StartsWith("https://", host.Url, StringComparison.Ordinal);
        Assert.Equal(StatusCode.OK, await AskAsync(host.Url, _ours.Issue("client", mutual: false)));
        Assert.NotEqual(StatusCode.OK, await AskAsync(host.Url, new TlsOptions { AuthorityFile = _ours.AuthorityFile }));
        Assert.NotEqual(StatusCode.OK, await AskAsync(host.Url, _foreign.Issue("client", mutual: false) with { AuthorityFile = _ours.AuthorityFile }));
        Assert.NotEqual(StatusCode.OK, await AskAsync(host.Url.Replace("https", "http", StringComparison.Ordinal), null));
    }

    [Fact]
    public async Task Serve_ServerTlsOnly_IsTrustedByItsAuthorityAlone()
    {
        await using DataCenterHost host = await ServeAsync(_ours.Issue("server", mutual: false));
        Assert.Equal(StatusCode.OK, await AskAsync(host.Url, new TlsOptions { AuthorityFile = _ours.AuthorityFile }));
        Assert.NotEqual(StatusCode.OK, await AskAsync(host.Url, new TlsOptions { AuthorityFile = _foreign.AuthorityFile }));
        Assert.NotEqual(StatusCode.OK, await AskAsync(host.Url, null));
    }

    [Fact]
    public async Task Chain_MutualTlsOnEveryLink_DeliversWindows()
    {
        await using DataCenterHost dataCenter = await ServeAsync(_ours.Issue("datacenter", mutual: true));
        await using CenterHost center = await CenterHost.StartAsync(
            new CenterHostOptions { Listen = "127.0.0.1:0", Upstream = dataCenter.Url, Tls = _ours.Issue("center", mutual: true), SpoolDirectory = Path.Combine(_folder, "spool") },
            TimeProvider.System, NullLoggerFactory.Instance);
        await using NodeHost node = NodeHost.Start(
            new NodeHostOptions { Listen = "127.0.0.1:0", Upstream = center.Url, Tls = _ours.Issue("node", mutual: true) }, TimeProvider.System, NullLoggerFactory.Instance);
        for (int i = 0; i < 1500 && dataCenter.Ask(engine => engine.GetTotals().StoredRows) == 0; i++)
        {
            await Task.Delay(40);
        }

        Assert.NotEqual(0ul, dataCenter.Ask(engine => engine.GetTotals().StoredRows));
    }

    [Fact]
    public void Validate_BadFiles_NamesEachWithWhatWasExpected()
    {
        string garbage = Path.Combine(_folder, "garbage.pem");
        File.WriteAllText(garbage, "no certificate");
        DataCenterHostOptions options = new() { Tls = new TlsOptions { CertificateFile = garbage, KeyFile = Path.Combine(_folder, "none.key"), AuthorityFile = garbage } };
        string message = Assert.Throws<ArgumentException>(options.Validate).Message;
        Assert.Contains("a certificate and its private key in PEM expected", message, StringComparison.Ordinal);
        Assert.Contains($"{garbage}: holds no certificate", message, StringComparison.Ordinal);
        options = new() { Tls = new TlsOptions { RequireClientCertificate = true } };
        Assert.Contains("mutual TLS needs a certificate", Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }
}
