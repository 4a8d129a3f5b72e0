using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Telemetry.Collector.Security;

namespace Telemetry.Collector.Tests.Security;

/// <summary>A certificate authority of its own, with what it signs in PEM files of a folder.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly string _folder;
    private readonly string _name;
    private int _serial;

    public TestAuthority(string folder, string name)
    {
        (_folder, _name) = (folder, name);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(AuthorityFile, _root.ExportCertificatePem());
    }

    public string AuthorityFile => Path.Combine(_folder, $"{_name}-ca.pem");

    public TlsOptions Issue(string name, bool mutual)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(_root, _root.NotBefore, _root.NotAfter, BitConverter.GetBytes(++_serial));
        string place = Path.Combine(_folder, $"{_name}-{name}");
        File.WriteAllText($"{place}.pem", certificate.ExportCertificatePem());
        File.WriteAllText($"{place}.key", key.ExportPkcs8PrivateKeyPem());
        return new TlsOptions { CertificateFile = $"{place}.pem", KeyFile = $"{place}.key", AuthorityFile = AuthorityFile, RequireClientCertificate = mutual };
    }

    public void Dispose() => _root.Dispose();
}
