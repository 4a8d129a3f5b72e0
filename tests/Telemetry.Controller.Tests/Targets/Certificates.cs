using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Telemetry.Controller.Tests.Targets;

/// <summary>An authority of its own, and certificates that it signed, as PEM files in a folder that goes with it.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("telemetry-tls").FullName;
    private readonly X509Certificate2 _authority;

    public Certificates(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(30));
        Authority = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
    }

    /// <summary>File with the authority's certificate.</summary>
    public string Authority { get; }

    /// <summary>Files of a new certificate and its key.</summary>
    /// <param name="subject">Common name.</param>
    /// <param name="host">DNS name or address that it is for; null for a client's.</param>
    /// <param name="expired">True for one that was valid until yesterday.</param>
    public (string Certificate, string Key) Issue(string subject, string? host = null, bool expired = false)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={subject}", key, HashAlgorithmName.SHA256);
        if (host is not null)
        {
            SubjectAlternativeNameBuilder names = new();
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        DateTimeOffset until = DateTimeOffset.UtcNow.AddDays(expired ? -1 : 10);
        using X509Certificate2 signed = request.Create(_authority, DateTimeOffset.UtcNow.AddDays(-2).AddMinutes(1), until, RandomNumberGenerator.GetBytes(8));
        string path = Path.Combine(_folder, subject);
        File.WriteAllText($"{path}.pem", signed.ExportCertificatePem());
        File.WriteAllText($"{path}.key", key.ExportPkcs8PrivateKeyPem());
        return ($"{path}.pem", $"{path}.key");
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
