using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Nodes;

/// <summary>What a report says of the packet that it is about.</summary>
/// <param name="Flow">The 5-tuple; meaningless without <see cref="HasFlow"/>.</param>
/// <param name="HasFlow">True when the packet's headers were in the report.</param>
/// <param name="Identification">IPv4 identification.</param>
/// <param name="Bytes">Length of the packet without its INT headers, bytes from its IPv4 header.</param>
/// <param name="Incomplete">True when hops are missing in the stack: its limit of hops or the MTU was reached.</param>
internal readonly record struct PacketFacts(FlowId Flow, bool HasFlow, ushort Identification, uint Bytes, bool Incomplete);
