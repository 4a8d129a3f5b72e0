namespace Telemetry.Inference.Samples;

/// <summary>One flow (5-tuple, one direction) over one window, as telemetry saw it where it left the network.</summary>
public readonly record struct FlowSample
{
    /// <summary>Starts with everything unmeasured.</summary>
    public FlowSample()
    {
    }

    /// <summary>Sender's name, or its address in text when nobody knows it.</summary>
    public required string Src { get; init; }

    /// <summary>Receiver's name, or its address in text.</summary>
    public required string Dst { get; init; }

    /// <summary>Source address; identifies the flow with the members below, is never a feature.</summary>
    public required uint SrcAddress { get; init; }

    /// <summary>Destination address, IPv4 in host order.</summary>
    public required uint DstAddress { get; init; }

    /// <summary>6 TCP, 17 UDP.</summary>
    public required byte Protocol { get; init; }

    /// <summary>L4 port; 0 where the protocol has none.</summary>
    public required ushort SrcPort { get; init; }

    /// <summary>L4 port; 0 where the protocol has none.</summary>
    public required ushort DstPort { get; init; }

    /// <summary>Packets that arrived.</summary>
    public required long Packets { get; init; }

    /// <summary>Bytes of them.</summary>
    public required long Bytes { get; init; }

    /// <summary>Packets missing in the sender's count; null when it does not count.</summary>
    public long? Lost { get; init; }

    /// <summary>Median time through the network, nanoseconds; NaN unmeasured.</summary>
    public double LatencyP50Ns { get; init; } = double.NaN;

    /// <summary>Switches from source to sink; empty when unknown.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>How often its path changed within the window.</summary>
    public int PathChanges { get; init; }
}
