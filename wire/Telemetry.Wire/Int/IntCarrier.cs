namespace Telemetry.Wire.Int;

/// <summary>Behind which header a packet carries INT.</summary>
public enum IntCarrier
{
    None = 0,

    /// <summary>Behind a TCP header.</summary>
    Tcp,

    /// <summary>Behind the packet's own UDP header.</summary>
    Udp,

    /// <summary>Behind a UDP header that the source put in front of the packet's own L4 header (next-protocol type 2).</summary>
    InsertedUdp,

    /// <summary>Behind a GRE header.</summary>
    Gre,

    /// <summary>Behind a VXLAN-GPE header.</summary>
    VxlanGpe,

    /// <summary>In a Geneve option.</summary>
    Geneve,
}
