namespace Telemetry.Wire.Reports;

/// <summary>What is wrong with a datagram or with one individual report in it.</summary>
public enum ReportError
{
    None = 0,

    /// <summary>The datagram ends inside the group header, or inside the fixed header of an older version.</summary>
    GroupTruncated,

    /// <summary>The version field is none that is read.</summary>
    GroupVersion,

    /// <summary>A group header and nothing behind it.</summary>
    NoReport,

    /// <summary>The datagram ends inside an individual report's first word.</summary>
    ReportTruncated,

    /// <summary>ReportLength reaches beyond the datagram.</summary>
    ReportLength,

    /// <summary>RepType is not assigned, or IOAM.</summary>
    ReportTypeUnsupported,

    /// <summary>InType is not assigned.</summary>
    InnerTypeUnsupported,

    /// <summary>MdLength and the main contents need more words than ReportLength has, or RepMdBits more than MdLength.</summary>
    MetadataLength,

    /// <summary>A TLV reaches beyond the report.</summary>
    TlvLength,

    /// <summary>The inner Ethernet header is cut or carries neither IPv4 nor IPv6.</summary>
    InnerEthernet,

    /// <summary>The inner IP header is cut or of another version.</summary>
    InnerIp,

    /// <summary>INT is announced, but the inner TCP or UDP header before it is cut, or it is neither.</summary>
    InnerTransport,

    /// <summary>The report ends inside the INT shim or the header behind it.</summary>
    IntTruncated,

    /// <summary>The shim's type is neither INT-MD nor INT-MX, or its next-protocol type is 3.</summary>
    IntTypeUnsupported,

    /// <summary>The INT header's version is not the one that its shim announces.</summary>
    IntVersion,

    /// <summary>The shim's length is less than the INT header's words.</summary>
    IntLength,

    /// <summary>The report ends inside the INT stack.</summary>
    StackTruncated,

    /// <summary>HopML is above 0 and less than the instruction bitmap needs.</summary>
    HopLength,

    /// <summary>The stack is not a whole number of hops (v1.0, v0.5; v2.x in strict mode).</summary>
    StackRemainder,

    /// <summary>An option of a Geneve header reaches beyond the header.</summary>
    TunnelOption,

    /// <summary>Strict mode: a reserved field is set.</summary>
    ReservedValue,
}
