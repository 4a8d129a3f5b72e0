namespace Telemetry.Wire.Reports;

/// <summary>InType: what an individual report embeds (Telemetry Report v2.0).</summary>
public enum InnerType
{
    None = 0,

    /// <summary>Type-length-value items; checked and skipped.</summary>
    Tlv = 1,

    /// <summary>Known only within the domain; not decoded.</summary>
    DomainSpecific = 2,
    Ethernet = 3,
    Ipv4 = 4,
    Ipv6 = 5,
}
