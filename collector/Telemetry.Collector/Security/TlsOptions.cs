using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Telemetry.Collector.Security;

/// <summary>Certificates of a program's gRPC links, in PEM files. Empty: no TLS on what it serves.</summary>
public sealed record TlsOptions
{
    /// <summary>This program's certificate, with the chain below its authority; shown by servers, and by clients when mutual TLS asks for it.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Private key of the certificate, unencrypted.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Authorities that sign the other side's certificates; null trusts those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>True when clients must show a certificate that an authority of <see cref="AuthorityFile"/> signed.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>True when a server with these options speaks TLS.</summary>
    public bool Serves => CertificateFile is not null;

    /// <summary>Reads the certificate with its key; null when there is none.</summary>
    internal X509Certificate2? LoadCertificate() =>
        CertificateFile is { } file ? X509Certificate2.CreateFromPemFile(file, KeyFile) : null;

    /// <summary>Certificates between this program's own and its authority.</summary>
    internal X509Certificate2Collection LoadChain()
    {
        X509Certificate2Collection all = [];
        if (CertificateFile is { } file)
        {
            all.ImportFromPemFile(file);
        }

        return all;
    }

    /// <summary>How the other side's certificate is judged; null leaves it to the system.</summary>
    internal X509ChainPolicy? PeerPolicy()
    {
        if (AuthorityFile is null)
        {
            return null;
        }

        // A private authority publishes no revocations; certificates of a lab live short instead.
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(AuthorityFile);
        return policy;
    }

    internal void Validate(OptionFaults faults)
    {
        faults.Require((CertificateFile is null) == (KeyFile is null), "a TLS certificate and its key are given together or not at all");
        faults.Require(!RequireClientCertificate || (AuthorityFile is not null && CertificateFile is not null),
            "mutual TLS needs a certificate, its key, and the authority of the clients");
        if (CertificateFile is not null && KeyFile is not null)
        {
            Check(faults, $"{CertificateFile} with {KeyFile}", () => LoadCertificate()!.Dispose(), "a certificate and its private key in PEM");
        }

        if (AuthorityFile is not null)
        {
            Check(faults, AuthorityFile, () => faults.Require(PeerPolicy()!.CustomTrustStore.Count > 0, $"{AuthorityFile}: holds no certificate"), "certificates in PEM");
        }
    }

    private static void Check(OptionFaults faults, string place, Action load, string expected)
    {
        try
        {
            load();
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            faults.Require(false, $"{place}: {expected} expected: {fault.Message}");
        }
    }
}
