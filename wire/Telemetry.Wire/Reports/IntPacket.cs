using Telemetry.Wire.Flows;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>A packet with INT as <see cref="IntPacketWriter"/> writes it: headers and stack, without payload.</summary>
public sealed record IntPacket
{
    /// <summary>The flow before INT; in a tunnel the flow inside.</summary>
    public required FlowKey Flow { get; init; }

    /// <summary>Ends of the tunnel; needed with GRE, VXLAN-GPE and Geneve.</summary>
    public FlowKey Outer { get; init; }

    /// <summary>The tunnel carries an Ethernet frame; default an IP packet.</summary>
    public bool TunnelsEthernet { get; init; }

    /// <summary>24 bits; with VXLAN-GPE and Geneve.</summary>
    public uint NetworkId { get; init; }

    /// <summary>Bytes of the IP packet of <see cref="Flow"/> without INT, from its IP header.</summary>
    public ushort OriginalLength { get; init; } = 1000;

    /// <summary>IPv4 identification.</summary>
    public ushort Identification { get; init; }

    /// <summary>Before the mark; 6 bits.</summary>
    public byte Dscp { get; init; }

    public byte Ttl { get; init; } = 64;

    /// <summary>Where INT stands; <see cref="IntCarrier.None"/> for a packet without.</summary>
    public IntCarrier Carrier { get; init; }

    public IntVersion Version { get; init; } = IntVersion.V20;

    public IntType Type { get; init; } = IntType.Metadata;

    /// <summary>Behind UDP: true marks by destination port (next-protocol type 1), false by DSCP or probe marker (0).</summary>
    public bool MarksPort { get; init; }

    /// <summary>The INT header; fields that a version does not have are not written.</summary>
    public IntMdFields Header { get; init; } = new();

    /// <summary>The stack, newest first.</summary>
    public IReadOnlyList<HopMetadata> Hops { get; init; } = [];

    /// <summary>Words at the stack's bottom (INT-MX: behind the header), whole words; v2.x only.</summary>
    public ReadOnlyMemory<byte> SourceData { get; init; }

    /// <summary>TCP options, whole words.</summary>
    public ReadOnlyMemory<byte> TcpOptions { get; init; }

    /// <summary>VLAN of a leading Ethernet header's outer tag; default -1, none.</summary>
    public int VlanId { get; init; } = -1;

    /// <summary>VLAN of its second tag; default -1, none.</summary>
    public int InnerVlanId { get; init; } = -1;
}
