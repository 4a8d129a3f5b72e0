namespace Telemetry.Collector.Nodes;

/// <summary>What one hop of a report says, in the switch's own units; the flags tell which of it was there.</summary>
internal struct HopFacts
{
    public uint NodeId;
    public uint IngressPort;
    public uint EgressPort;
    public uint Latency;
    public uint QueueDepth;
    public ulong IngressTime;
    public ulong EgressTime;
    public Parts Present;

    [Flags]
    public enum Parts
    {
        None = 0,
        NodeId = 1,
        Ports = 2,
        Latency = 4,
        Queue = 8,
        IngressTime = 16,
        EgressTime = 32,
    }

    public readonly bool Has(Parts parts) => (Present & parts) == parts;
}
