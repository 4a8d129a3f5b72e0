using Telemetry.SoftSwitch.Execution;

namespace Telemetry.SoftSwitch.Switching.Workers;

/// <summary>What became of a packet in a worker; the owner of the switch finishes it, in order of arrival.</summary>
internal struct Outcome
{
    /// <summary>The packet, where more is to be done with it than to send its frame.</summary>
    public PacketState? Packet;

    /// <summary>Where the packet went through egress; null when it ended before, or has not got there.</summary>
    public EgressPort? Port;
    public int Priority;

    /// <summary>Bytes of the packet as received.</summary>
    public int Length;

    /// <summary>Worker whose output holds the frame.</summary>
    public int Lane;
    public int FrameOffset;

    /// <summary>Bytes of the frame; 0 for a packet that egress dropped.</summary>
    public int FrameLength;
}
