namespace Telemetry.Wire.Headers;

/// <summary>EtherType values used here.</summary>
public static class EtherType
{
    public const ushort Ipv4 = 0x0800;
    public const ushort Arp = 0x0806;

    /// <summary>An Ethernet frame inside GRE or Geneve.</summary>
    public const ushort TransparentEthernet = 0x6558;
    public const ushort Vlan = 0x8100;
    public const ushort Ipv6 = 0x86DD;
    public const ushort ServiceVlan = 0x88A8;

    /// <summary>For experiments within one site (IEEE 802); here INT behind GRE, whose own value was never assigned.</summary>
    public const ushort LocalExperiment = 0x88B5;
    public const ushort Lldp = 0x88CC;
}
