using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Telemetry.P4Runtime.Security;

/// <summary>
/// How a client of a switch's P4Runtime speaks TLS; all files PEM. Without an authority the system's are trusted, without a
/// certificate none is shown. Equal options are equal.
/// </summary>
public sealed record SwitchTls
{
    /// <summary>Authorities that sign switches' certificates; null trusts those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>This client's certificate, with the chain below its authority, for switches that ask for one (mutual TLS).</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Private key of the certificate, unencrypted.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Name that the switch's certificate has to have; null takes the host of its address.</summary>
    public string? ServerName { get; init; }

    /// <summary>What is wrong with the files, a line each; empty when all can be used.</summary>
    public IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        if ((CertificateFile is null) != (KeyFile is null))
            faults.Add("a TLS certificate and its key are given together or not at all");
        else if (CertificateFile is not null)
            Check(faults, $"{CertificateFile} with {KeyFile}", "a certificate and its private key in PEM", () => Own()!.Dispose());
        if (AuthorityFile is { } authority)
        {
            Check(faults, authority, "certificates in PEM", () =>
            {
                if (Authorities().Count == 0)
                    throw new CryptographicException("it holds no certificate");
            });
        }
        return faults;
    }

    /// <summary>For the HTTP handler of a channel. A peer that is not trusted fails with a sentence that says why.</summary>
    /// <exception cref="IOException">A file cannot be used; names each fault.</exception>
    public SslClientAuthenticationOptions ToSslOptions()
    {
        var faults = Faults();
        if (faults.Count > 0)
            throw new IOException(string.Join("; ", faults));
        var authorities = AuthorityFile is null ? null : Authorities();
        var options = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, presented, errors) => Judge(certificate, presented, errors, authorities),
        };
        if (Own() is { } own)
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(CertificateFile!);
            options.ClientCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true);
        }
        return options;
    }

    /// <summary>Why a call failed before it reached the switch, where that is TLS's fault; null where it is not.</summary>
    public static string? Describe(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is not AuthenticationException)
                continue;
            return inner.InnerException is not null && inner.Message.Contains("see inner", StringComparison.Ordinal) ? $"TLS: {inner.InnerException.Message}"
                : inner.Message.Contains("frame size", StringComparison.Ordinal) || inner.Message.Contains("corrupted frame", StringComparison.Ordinal) ? "TLS: what answers speaks no TLS"
                : $"TLS: {inner.Message}";
        }
        return null;
    }

    private bool Judge(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection? authorities)
    {
        if (certificate is not X509Certificate2 peer)
            throw new AuthenticationException("the switch shows no certificate");
        var who = $"the switch's certificate ({peer.Subject})";

        // SocketsHttpHandler puts the address's host in place of a target host of ours: another name is compared here.
        if (ServerName is null ? errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) : !peer.MatchesHostname(ServerName))
        {
            var names = peer.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(n => n.EnumerateDnsNames().Concat(n.EnumerateIPAddresses().Select(a => a.ToString())));
            throw new AuthenticationException($"{who} is for {string.Join(", ", names.DefaultIfEmpty("no host"))}, not for {ServerName ?? "the host of the address"}");
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // a private authority publishes none
        if (authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        if (chain.Build(peer))
            return true;
        var isDate = chain.ChainStatus.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid);
        var isOther = chain.ChainStatus.Any(s => s.Status is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot);
        throw new AuthenticationException(
            isOther ? $"{who} is not signed by an authority of {AuthorityFile ?? "the system"}"
            : isDate ? $"{who} is valid from {peer.NotBefore.ToUniversalTime():u} to {peer.NotAfter.ToUniversalTime():u} only"
            : $"{who} is not trusted: {string.Join(", ", chain.ChainStatus.Select(s => s.Status))}");
    }

    private X509Certificate2? Own() => CertificateFile is { } file ? X509Certificate2.CreateFromPemFile(file, KeyFile) : null;

    private X509Certificate2Collection Authorities()
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(AuthorityFile!);
        return found;
    }

    private static void Check(List<string> faults, string place, string expected, Action load)
    {
        try
        {
            load();
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            faults.Add($"{place}: {expected} expected: {fault.Message}");
        }
    }
}
