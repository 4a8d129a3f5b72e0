using Telemetry.Collector.Nodes;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Profiles;

/// <summary>How reports of some exporters are read, and what their numbers mean.</summary>
public sealed record DecodeProfile
{
    /// <summary>Name, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>INT node ids that it is for, inclusive ranges; with none and no sources it is for all.</summary>
    public IReadOnlyList<(uint First, uint Last)> Nodes { get; init; } = [];

    /// <summary>Addresses that reports come from; IPv4 in the low 32 bits.</summary>
    public IReadOnlyList<UInt128> Sources { get; init; } = [];

    /// <summary>Marks and deviations.</summary>
    public ReportProfile Reports { get; init; } = ReportProfile.Default;

    /// <summary>Units and clock.</summary>
    public ClockProfile Clock { get; init; } = new();

    /// <summary>True for reports of this node from this address.</summary>
    public bool IsFor(uint nodeId, UInt128 source)
    {
        if (Nodes.Count == 0 && Sources.Count == 0)
        {
            return true;
        }

        foreach ((uint first, uint last) in Nodes)
        {
            if (nodeId >= first && nodeId <= last)
            {
                return true;
            }
        }

        return Sources.Contains(source);
    }
}
