using System.CommandLine;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Cli.Commands;

/// <summary>The options of every command that calls switches: TLS to their P4Runtime.</summary>
internal sealed class SwitchTlsArguments
{
    private readonly Option<bool> _use;
    private readonly Option<string?> _authority;
    private readonly Option<string?> _certificate;
    private readonly Option<string?> _key;
    private readonly Option<string?> _name;

    /// <param name="command">Gets the options.</param>
    /// <param name="prefix">What they begin with, e.g. <c>--tls</c>.</param>
    public SwitchTlsArguments(Command command, string prefix)
    {
        _use = new Option<bool>(prefix) { Description = "Speak TLS with switches, trusting the system's authorities; the other options of TLS imply it" };
        _authority = new Option<string?>($"{prefix}-ca") { Description = "PEM file with the authority that signs the switches' certificates" };
        _certificate = new Option<string?>($"{prefix}-cert") { Description = "PEM file with this program's certificate, for switches that ask for one" };
        _key = new Option<string?>($"{prefix}-key") { Description = "PEM file with the certificate's private key" };
        _name = new Option<string?>($"{prefix}-name") { Description = "Name that a switch's certificate has to have, where it is not the host of its address" };
        command.Add(_use);
        command.Add(_authority);
        command.Add(_certificate);
        command.Add(_key);
        command.Add(_name);
    }

    /// <summary>Names of those options that take a value.</summary>
    public IEnumerable<string> WithValue => [_authority.Name, _certificate.Name, _key.Name, _name.Name];

    /// <summary>Name of the one that takes none.</summary>
    public string Flag => _use.Name;

    /// <summary>What was given; null without TLS.</summary>
    /// <exception cref="CommandException">A file is missing or no certificate; names every one.</exception>
    public SwitchTls? Read(ParseResult parsed)
    {
        SwitchTls tls = new()
        {
            AuthorityFile = parsed.GetValue(_authority),
            CertificateFile = parsed.GetValue(_certificate),
            KeyFile = parsed.GetValue(_key),
            ServerName = parsed.GetValue(_name),
        };
        IReadOnlyList<string> faults = tls.Faults();
        return faults.Count > 0 ? throw new CommandException(string.Join("; ", faults))
            : parsed.GetValue(_use) || tls != new SwitchTls() ? tls
            : null;
    }
}
