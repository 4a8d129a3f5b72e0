using Telemetry.Controller.Client;
using Telemetry.Controller.Tests.Targets;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Controller.Tests.Client.EndToEnd;

/// <summary>TLS and mutual TLS to switches with certificates of the test's own; what does not fit is one line, at once.</summary>
public sealed class TlsEndToEndTests : IAsyncLifetime, IDisposable
{
    private readonly Certificates _ours = new("lab-ca");
    private readonly Certificates _others = new("other-ca");
    private (string Certificate, string Key) _server;
    private LiveSwitch? _live;

    public Task InitializeAsync()
    {
        _server = _ours.Issue("switch", "127.0.0.1");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_live is not null)
        {
            await _live.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _ours.Dispose();
        _others.Dispose();
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Connect_AuthorityKnown_ReadsAndWrites(string target)
    {
        await StartAsync(target, mutual: false);
        await using P4Switch client = await ConnectAsync(new SwitchTls { AuthorityFile = _ours.Authority });
        await client.Pipeline.PushAsync(LiveSwitches.Program);
        Assert.Equal(LiveSwitches.Program.Cookie, await client.Pipeline.ReadCookieAsync());
        Assert.Equal(P4SwitchState.Primary, client.State);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Connect_Mutual_NeedsACertificateOfTheAuthority(string target)
    {
        await StartAsync(target, mutual: true);
        (string certificate, string key) = _ours.Issue("controller");
        await using (P4Switch client = await ConnectAsync(new SwitchTls { AuthorityFile = _ours.Authority, CertificateFile = certificate, KeyFile = key }))
        {
            await client.Pipeline.PushAsync(LiveSwitches.Program);
        }


        // How far a connection comes that the switch ends is a matter of chance: what it says of it too.
        string said = await RefusalAsync(new SwitchTls { AuthorityFile = _ours.Authority }, TimeSpan.FromSeconds(1));
        Assert.StartsWith($"{target}: connect: Unavailable: no switch answered within 1 s (", said, StringComparison.Ordinal);
        (certificate, key) = _others.Issue("stranger");
        said = await RefusalAsync(new SwitchTls { AuthorityFile = _ours.Authority, CertificateFile = certificate, KeyFile = key }, TimeSpan.FromSeconds(1));
        Assert.StartsWith($"{target}: connect: Unavailable: no switch answered within 1 s (", said, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Connect_OtherAuthority_OneLineNamesCertificateAndFile(string target)
    {
        await StartAsync(target, mutual: false);
        string expected = $"{target}: connect: Unauthenticated: TLS: the switch's certificate (CN=switch) is not signed by an authority of {_others.Authority}";
        Assert.Equal(expected, await RefusalAsync(new SwitchTls { AuthorityFile = _others.Authority }));
        Assert.Equal(
            expected.Replace("connect", "read of the pipeline's cookie", StringComparison.Ordinal),
            await RefusalAsync(new SwitchTls { AuthorityFile = _others.Authority }, electionId: 0));
    }

    [Fact]
    public async Task Connect_CertificateForAnotherHost_OneLineSaysForWhich()
    {
        _server = _ours.Issue("elsewhere", "s1.lab.example");
        await StartAsync(TargetNames.Embedded, mutual: false);
        Assert.Equal(
            "embedded: connect: Unauthenticated: TLS: the switch's certificate (CN=elsewhere) is for s1.lab.example, not for the host of the address",
            await RefusalAsync(new SwitchTls { AuthorityFile = _ours.Authority }));
        await using P4Switch client = await ConnectAsync(new SwitchTls { AuthorityFile = _ours.Authority, ServerName = "s1.lab.example" });
        Assert.Equal(P4SwitchState.Primary, client.State);
    }

    [Fact]
    public async Task Connect_CertificateExpired_OneLineSaysWhen()
    {
        _server = _ours.Issue("old", "127.0.0.1", expired: true);
        await StartAsync(TargetNames.Embedded, mutual: false);
        string said = await RefusalAsync(new SwitchTls { AuthorityFile = _ours.Authority });
        Assert.StartsWith("embedded: connect: Unauthenticated: TLS: the switch's certificate (CN=old) is valid from ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_SwitchWithoutTls_OneLineSaysSo()
    {
        _live = await LiveSwitch.StartAsync(TargetNames.Embedded);
        Assert.Equal(
            "embedded: connect: Unauthenticated: TLS: what answers speaks no TLS",
            await RefusalAsync(new SwitchTls { AuthorityFile = _ours.Authority }));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Connect_SwitchWantsTlsAndGetsNone_OneLineSaysSo(string target)
    {
        await StartAsync(target, mutual: false);
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(() => P4Switch.ConnectAsync(
            LiveSwitches.Options(target) with { ConnectTimeout = TimeSpan.FromSeconds(1) }, _live!.Address));
        Assert.StartsWith($"{target}: connect: Unavailable: no switch answered within 1 s (", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_FilesMissingOrWrong_NameEach()
    {
        SwitchTls tls = new() { AuthorityFile = "/nowhere.pem", CertificateFile = _ours.Authority, KeyFile = _server.Certificate };
        Assert.Collection(
            tls.Faults(),
            f => Assert.StartsWith($"{_ours.Authority} with {_server.Certificate}: a certificate and its private key in PEM expected", f, StringComparison.Ordinal),
            f => Assert.StartsWith("/nowhere.pem: certificates in PEM expected", f, StringComparison.Ordinal));
        Assert.Single(new SwitchTls { KeyFile = "x" }.Faults());
    }

    /// <summary>BMv2's own server options are those of the embedded switch.</summary>
    public static TheoryData<string> Targets => TargetNames.All;

    private async Task StartAsync(string target, bool mutual) => _live = await LiveSwitch.StartAsync(
        target,
        [
            "--grpc-server-ssl", "--grpc-server-cert", _server.Certificate, "--grpc-server-key", _server.Key,
            .. mutual ? ["--grpc-server-cacert", _ours.Authority, "--grpc-server-with-client-auth"] : Array.Empty<string>(),
        ]);

    private Task<P4Switch> ConnectAsync(SwitchTls tls, TimeSpan? patience = null, UInt128? electionId = null) => P4Switch.ConnectAsync(
        LiveSwitches.Options(_live is EmbeddedSwitch ? TargetNames.Embedded : TargetNames.Bmv2) with
        {
            Tls = tls,
            ElectionId = electionId ?? 1,
            ConnectTimeout = patience ?? TimeSpan.FromSeconds(60),
        },
        _live!.Address);

    private async Task<string> RefusalAsync(SwitchTls tls, TimeSpan? patience = null, UInt128? electionId = null)
    {
        P4RuntimeException fault = await Assert.ThrowsAsync<P4RuntimeException>(() => ConnectAsync(tls, patience, electionId));
        Assert.DoesNotContain("\n", fault.Message, StringComparison.Ordinal);
        return fault.Message;
    }
}
