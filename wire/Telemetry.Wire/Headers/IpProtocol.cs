namespace Telemetry.Wire.Headers;

/// <summary>IP protocol numbers used here.</summary>
public static class IpProtocol
{
    public const byte Icmp = 1;
    public const byte Ipv4 = 4;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Ipv6 = 41;
    public const byte Gre = 47;
    public const byte Icmpv6 = 58;
}
