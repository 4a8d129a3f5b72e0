namespace Telemetry.Wire.Reports;

/// <summary>How an exporter is known to break the formats; a decoder reads around what is named here and nothing else.</summary>
[Flags]
public enum ReportDeviations
{
    None = 0,

    /// <summary>The group header says version 1, the layout is that of v2.0.</summary>
    VersionOneLayoutTwo = 1 << 0,

    /// <summary>ReportLength is 0: the report fills the datagram.</summary>
    LengthZero = 1 << 1,

    /// <summary>InType says IPv4 or IPv6, an Ethernet header follows.</summary>
    EthernetUnannounced = 1 << 2,

    /// <summary>RepType says inner only, but the 8 fixed bytes and MdLength words of INT main contents are there.</summary>
    MainContentsUnannounced = 1 << 3,

    /// <summary>The length of an INT v2 shim counts the shim.</summary>
    ShimCounted = 1 << 4,

    /// <summary>An INT v1.0 stack has timestamps of 8 bytes.</summary>
    WideTimestamps = 1 << 5,

    /// <summary>Level-2 ports take 2 bytes each.</summary>
    NarrowLevel2Ports = 1 << 6,

    /// <summary>The sequence number does not count: loss of reports is unknown.</summary>
    NoSequence = 1 << 7,

    /// <summary>Shim and report lengths are not kept up; the stack has <see cref="ReportProfile.MaximumHops"/> minus the remaining count hops.</summary>
    HopsByRemaining = 1 << 8,

    /// <summary>MdLength is 0 although the bitmap has bits: the bitmap decides.</summary>
    MetadataLengthZero = 1 << 9,
}
