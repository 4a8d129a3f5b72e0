namespace Telemetry.Collector.Nodes;

/// <summary>One hop of a flow's path, joined to what is measured there so that a report needs no look-up.</summary>
internal struct HopRef
{
    public uint NodeId;
    public uint IngressPort;
    public uint EgressPort;
    public SwitchState? Switch;
    public PortState? Port;

    /// <summary>The link over which the packet came from the hop before; null at the first hop.</summary>
    public LinkMeter? LinkFromPrevious;
}
