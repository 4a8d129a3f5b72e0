using System.CommandLine;
using Telemetry.Collector.Security;

namespace Telemetry.Cli.Commands;

/// <summary>The options of every command that serves or calls a tier of the collector: certificates, and addresses that follow from them.</summary>
internal sealed class TlsArguments
{
    private readonly Option<string?> _certificate = new("--tls-cert") { Description = "PEM file with this program's certificate: what it serves, it serves with TLS" };
    private readonly Option<string?> _key = new("--tls-key") { Description = "PEM file with the certificate's private key" };
    private readonly Option<string?> _authority = new("--tls-ca") { Description = "PEM file with the authority that signs the other side's certificates; by default the system's" };
    private readonly Option<bool>? _mutual;

    /// <param name="command">Gets the options.</param>
    /// <param name="serves">True when it takes connections, and so may ask clients for certificates.</param>
    public TlsArguments(Command command, bool serves)
    {
        command.Add(_certificate);
        command.Add(_key);
        command.Add(_authority);
        if (serves)
        {
            _mutual = new Option<bool>("--tls-mutual") { Description = "Serve only clients whose certificate the authority of --tls-ca signed" };
            command.Add(_mutual);
        }
    }

    /// <summary>What was given; null when nothing was.</summary>
    /// <exception cref="ArgumentException">A file is missing or no certificate; names every one.</exception>
    public TlsOptions? Read(ParseResult parsed)
    {
        TlsOptions options = new()
        {
            CertificateFile = parsed.GetValue(_certificate),
            KeyFile = parsed.GetValue(_key),
            AuthorityFile = parsed.GetValue(_authority),
            RequireClientCertificate = _mutual is not null && parsed.GetValue(_mutual),
        };
        return options == new TlsOptions() ? null : options;
    }

    /// <summary>The URL of a peer: https as soon as there is something about TLS, unless the address says otherwise itself.</summary>
    public static string Url(string address, TlsOptions? tls) =>
        address.Contains("://", StringComparison.Ordinal) ? address : $"{(tls is null ? "http" : "https")}://{address}";
}
