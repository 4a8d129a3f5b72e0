using Telemetry.Wire.Int;

namespace Telemetry.Collector.Nodes;

/// <summary>Hops with what is measured at each; all flows over the same hops share one.</summary>
internal sealed class FlowPath(HopRef[] hops, ulong[] keys, bool complete)
{
    /// <summary>Node id and ports of each hop, newest first.</summary>
    public ulong[] Keys { get; } = keys;

    /// <summary>Newest first, as in the report.</summary>
    public HopRef[] Hops { get; } = hops;

    /// <summary>Neighbours in the stack are neighbours in the network.</summary>
    public bool IsComplete { get; } = complete;

    /// <summary>Some hop found no place: it is neither kept nor a flow's path.</summary>
    public bool IsPartial { get; set; }

    /// <summary>A node stands in it twice.</summary>
    public bool HasLoop { get; set; }

    /// <summary>Times of the first and the last hop can be compared.</summary>
    public bool EndsComparable { get; set; }

    /// <summary>Switch names from source to sink.</summary>
    public string[] Names { get; set; } = [];

    /// <summary>Another path with the same hash.</summary>
    public FlowPath? Next { get; set; }

    /// <summary>What tells one hop from another: node id and ports.</summary>
    public static ulong KeyOf(in HopMetadata hop) => (ulong)hop.NodeId << 32 | (uint)hop.IngressPort << 16 | hop.EgressPort;

    public static ulong HashOf(ReadOnlySpan<HopMetadata> hops, bool complete)
    {
        ulong hash = complete ? 0x9E3779B97F4A7C15UL : 0;
        foreach (ref readonly HopMetadata hop in hops)
        {
            hash = (hash ^ KeyOf(hop)) * 0xC2B2AE3D27D4EB4FUL;
            hash ^= hash >> 29;
        }

        return hash;
    }

    public bool Is(ReadOnlySpan<HopMetadata> hops, bool complete)
    {
        ulong[] known = Keys;
        if (known.Length != hops.Length || IsComplete != complete)
        {
            return false;
        }

        for (int i = 0; i < known.Length; i++)
        {
            if (known[i] != KeyOf(hops[i]))
            {
                return false;
            }
        }

        return true;
    }
}
