using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>Certificates of a gRPC server, all PEM files.</summary>
/// <param name="CertificatePath">The server's certificate, and those between it and its root.</param>
/// <param name="KeyPath">The key of the first certificate, not encrypted.</param>
/// <param name="AuthorityPath">Who may sign clients' certificates; null to trust the system's.</param>
/// <param name="RequiresClients">True to refuse clients without a certificate of the authority.</param>
public sealed record GrpcTls(string CertificatePath, string KeyPath, string? AuthorityPath, bool RequiresClients)
{
    /// <summary>What Kestrel needs.</summary>
    /// <exception cref="IOException">A file is missing or no certificate; the message names it.</exception>
    internal HttpsConnectionAdapterOptions ToKestrel()
    {
        X509Certificate2 certificate = Read(CertificatePath, () => X509Certificate2.CreateFromPemFile(CertificatePath, KeyPath));
        X509Certificate2Collection chain = [];
        Read(CertificatePath, () =>
        {
            chain.ImportFromPemFile(CertificatePath);
            return chain;
        });
        HttpsConnectionAdapterOptions options = new() { ServerCertificate = certificate, ServerCertificateChain = chain };
        if (!RequiresClients)
        {
            return options;
        }

        X509Certificate2Collection authorities = [];
        if (AuthorityPath is not null)
        {
            Read(AuthorityPath, () =>
            {
                authorities.ImportFromPemFile(AuthorityPath);
                return authorities;
            });
        }

        options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        options.ClientCertificateValidation = (client, presented, _) => IsSigned(client, presented, authorities);
        return options;
    }

    private static bool IsSigned(X509Certificate2 client, X509Chain? presented, X509Certificate2Collection authorities)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (authorities.Count > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        foreach (X509ChainElement element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(client);
    }

    private T Read<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CryptographicException fault)
        {
            throw new IOException($"{path}: no certificate or key in PEM: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new IOException($"{(File.Exists(path) ? KeyPath : path)}: {fault.Message}", fault);
        }
    }
}
