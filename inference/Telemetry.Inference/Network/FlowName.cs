using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Network;

/// <summary>What tells flows apart.</summary>
internal readonly record struct FlowName(uint Source, uint Destination, byte Protocol, ushort SourcePort, ushort DestinationPort)
{
    public static FlowName Of(in FlowSample flow) =>
        new(flow.SrcAddress, flow.DstAddress, flow.Protocol, flow.SrcPort, flow.DstPort);
}
