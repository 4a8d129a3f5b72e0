using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Telemetry.Collector.Hosting;

/// <summary>Reads addresses of the form <c>127.0.0.1:5501</c>, <c>[::1]:5501</c> or <c>localhost:5501</c>; port 0 lets the system choose.</summary>
internal static class EndPoints
{
    /// <summary>Reads an address that was validated before.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static IPEndPoint Parse(string text) => TryParse(text, out IPEndPoint? endPoint)
        ? endPoint
        : throw new ArgumentException($"{text} is not of the form ADDRESS:PORT", nameof(text));

    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        int colon = text.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        string host = text[..colon];
        IPAddress? address = host == "localhost" ? IPAddress.Loopback : null;
        if (address is null && !IPAddress.TryParse(host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host, out address))
        {
            return false;
        }

        endPoint = new IPEndPoint(address, port);
        return true;
    }
}
