using Telemetry.Controller.Inputs;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Controller.Topologies;

/// <summary>TLS of switches.</summary>
internal sealed partial class TopologyReader
{
    private static readonly string[] TlsKeys = ["ca", "cert", "key", "name"];

    /// <summary>An object with paths; an empty one speaks TLS and trusts the system's authorities.</summary>
    private SwitchTls? ReadTls(JsonPart? part)
    {
        if (part is null)
        {
            return null;
        }

        if (!part.IsObject)
        {
            Fault(part, $"is {part.Shown}; expected an object with ca, cert, key and name, each of which may be missing");
            return null;
        }

        CheckKeys(part, TlsKeys);
        int before = faults.Count;
        SwitchTls tls = new()
        {
            AuthorityFile = PathOf(part.Get("ca")),
            CertificateFile = PathOf(part.Get("cert")),
            KeyFile = PathOf(part.Get("key")),
            ServerName = part.Get("name") is { } name ? TextOf(name) : null,
        };
        foreach (string fault in faults.Count > before ? [] : tls.Faults())
        {
            Fault(part, fault);
        }

        return tls;
    }
}
