using System.Globalization;

namespace Telemetry.Wire.Reports;

/// <summary>Says in words what an error means, with what was needed and what was there.</summary>
public static class ReportFault
{
    /// <summary>One clause such as <c>ReportLength 9 words, 5 left</c>.</summary>
    /// <param name="error">The error.</param>
    /// <param name="needed">Bytes, words or a value: what was needed or expected.</param>
    /// <param name="left">What was there instead.</param>
    public static string Explain(ReportError error, int needed, int left)
    {
        var text = error switch
        {
            ReportError.None => "no fault",
            ReportError.GroupTruncated => $"header {needed} bytes, {left} there",
            ReportError.GroupVersion => $"version {left}, read are 2, 1 (v1.0) and 0 (v0.5)",
            ReportError.NoReport => "a group header and nothing behind it",
            ReportError.ReportTruncated => $"first word of a report 4 bytes, {left} left",
            ReportError.ReportLength => $"ReportLength {needed} words, {left} left",
            ReportError.ReportTypeUnsupported => left == 2 ? "RepType 2: IOAM is not decoded" : $"RepType {left}: only 0 and 1 are decoded",
            ReportError.InnerTypeUnsupported => "the inner type is not assigned",
            ReportError.MetadataLength => $"main contents and metadata {needed} words, {left} there",
            ReportError.TlvLength => $"TLV {needed} words, {left} left",
            ReportError.InnerEthernet when needed == Headers.EthernetHeader.Size => $"inner Ethernet header {needed} bytes, {left} left",
            ReportError.InnerEthernet => $"inner EtherType 0x{left:X4}, neither IPv4 nor IPv6",
            ReportError.InnerIp => $"inner IP header cut ({left} bytes) or of another version",
            ReportError.InnerTransport => needed == 0 ? "INT is announced, but the packet is neither TCP nor UDP" : $"INT is announced, but its TCP or UDP header is cut: {needed} bytes, {left} left",
            ReportError.IntTruncated => $"INT {needed} bytes, {left} left",
            ReportError.IntTypeUnsupported => $"INT type in 0x{left:X2}: only MD (1) and MX (3) are decoded",
            ReportError.IntVersion => $"INT header version {left}, {needed} expected",
            ReportError.IntLength => $"INT length {left} words, the header alone has {needed}",
            ReportError.StackTruncated => $"INT stack {needed} words, {left} left",
            ReportError.HopLength => $"the bitmap needs {needed} words a hop, the header says {left}",
            ReportError.StackRemainder => $"{left} words left behind the last hop of {needed} words",
            ReportError.TunnelOption => $"Geneve option {needed} words, {left} left",
            ReportError.ReservedValue => "a reserved field is set (strict mode)",
            _ => error.ToString(),
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }
}
