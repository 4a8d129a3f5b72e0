namespace Telemetry.Lab.Hosts;

/// <summary>Why a host did not take a frame.</summary>
public enum FrameFault
{
    /// <summary>It took it.</summary>
    None,

    /// <summary>Neither UDP nor TCP over IPv4 without options.</summary>
    Foreign,

    /// <summary>For another MAC address.</summary>
    WrongMac,

    /// <summary>Lengths in its headers contradict each other.</summary>
    Length,

    /// <summary>IPv4, UDP or TCP checksum.</summary>
    Checksum,

    /// <summary>No flow of this host has its addresses and ports.</summary>
    UnknownFlow,
}
