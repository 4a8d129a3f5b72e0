using Telemetry.Collector.Distributions;
using Telemetry.Collector.Profiles;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

/// <summary>What a collector node needs to know before it starts.</summary>
public sealed record NodeOptions
{
    /// <summary>Unique name among all nodes; the sender of its batches.</summary>
    public string Name { get; init; } = "node-1";

    /// <summary>Cluster that it belongs to; may be empty.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>
    /// True where all switches run on one machine, linked by virtual cables that take no time for bytes: clocks that are not shared then differ by what stays the
    /// same, and link latency is told as soon as both directions carried packets for a second. False by default.
    /// </summary>
    public bool OneMachine { get; init; }

    /// <summary>Length of a window, nanoseconds: 100 ms (default) to 1 s, in steps of 1 ms.</summary>
    public long WindowNs { get; init; } = 100_000_000;

    /// <summary>
    /// How long after its end a window is kept open for reports that come late, nanoseconds, 0 to 10 s; default 20 ms. Reports that wait in the node itself are
    /// not late, however long they wait.
    /// </summary>
    public long LatenessNs { get; init; } = 20_000_000;

    /// <summary>
    /// Flows tracked at the same time, 1 to 1,000,000; default 100,000. A new one takes the place of one that is silent; where all are active, packets of further flows
    /// are counted, and the largest of those are told with bounds (<see cref="TopFlows"/>).
    /// </summary>
    public int MaxFlows { get; init; } = 100_000;

    /// <summary>
    /// Flows beyond the tracked ones of which a window counts the bytes, 16 to 1,000,000; default 4096. A count is never too large, and too small by no more than what
    /// all those flows carried in the window divided by this. The largest ones take the places of small tracked ones when the window closes.
    /// </summary>
    public int TopFlows { get; init; } = 4096;

    /// <summary>Flows told a window, those of most bytes, 1 to 1,000,000; of the others the packets are counted. Default 10,000.</summary>
    public int MaxFlowsPerWindow { get; init; } = 10_000;

    /// <summary>Switches, ports and links tracked, 16 to 1,000,000 of each; others are counted as errors. Default 20,000.</summary>
    public int MaxEntities { get; init; } = 20_000;

    /// <summary>Devices taken up from reports although no inventory lists them, 4 to 1,000,000; half of them may be of one sender. Default 2000.</summary>
    public int MaxUnlistedDevices { get; init; } = 2000;

    /// <summary>Of those devices so many a second, 1 to 1,000,000; a quarter of all at once. Default 100.</summary>
    public int NewDevicesPerSecond { get; init; } = 100;

    /// <summary>Ports and links taken up from reports although no inventory lists them, 4 to 1,000,000; half of them of one sender. Default 8000.</summary>
    public int MaxUnlistedPorts { get; init; } = 8000;

    /// <summary>A flow without a packet for this long is forgotten, nanoseconds, from 1 s; default 60 s.</summary>
    public long FlowIdleNs { get; init; } = 60_000_000_000;

    /// <summary>Events sent a window, 1 to 10,000; others are counted. Default 200.</summary>
    public int MaxEventsPerWindow { get; init; } = 200;

    /// <summary>Reports kept whole in each window because they show an extreme, 0 to 100; default 8. With 0 events carry none either.</summary>
    public int ExemplarsPerWindow { get; init; } = 8;

    /// <summary>Limits above which a window is told as an event; none by default.</summary>
    public IReadOnlyList<Threshold> Thresholds { get; init; } = [];

    /// <summary>Distinct values that a window's distribution keeps exactly, 65 to 16,384; default 4096.</summary>
    public int DistinctValues { get; init; } = ValueHistogram.WindowLimit;

    /// <summary>How often inventory and link states are sent again although nothing changed, nanoseconds, from 1 s; default 5 s.</summary>
    public long RefreshNs { get; init; } = 5_000_000_000;

    /// <summary>How the INT domain marks its packets.</summary>
    public ReportProfile Reports { get; init; } = ReportProfile.Default;

    /// <summary>Profiles by exporter, usually from a file (<see cref="DecodeProfileFile"/>); without, <see cref="Reports"/> and <see cref="Profiles"/> hold.</summary>
    public DecodeProfiles? Decoding { get; init; }

    /// <summary>Units and clock of a switch without a profile of its own.</summary>
    public ClockProfile DefaultProfile { get; init; } = new();

    /// <summary>Units and clocks by INT node id.</summary>
    public IReadOnlyDictionary<uint, ClockProfile> Profiles { get; init; } = new Dictionary<uint, ClockProfile>();

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        OptionFaults faults = new();
        faults.Require(Name.Length > 0, "Name is empty");
        faults.Range(WindowNs, 100_000_000, 1_000_000_000, nameof(WindowNs));
        faults.Require(WindowNs % 1_000_000 == 0, $"WindowNs {WindowNs} is not a whole number of milliseconds");
        faults.Range(LatenessNs, 0, 10_000_000_000, nameof(LatenessNs));
        faults.Range(MaxFlows, 1, 1_000_000, nameof(MaxFlows));
        faults.Range(TopFlows, 16, 1_000_000, nameof(TopFlows));
        faults.Range(MaxFlowsPerWindow, 1, 1_000_000, nameof(MaxFlowsPerWindow));
        faults.Range(MaxEntities, 16, 1_000_000, nameof(MaxEntities));
        faults.Range(MaxUnlistedDevices, 4, 1_000_000, nameof(MaxUnlistedDevices));
        faults.Range(NewDevicesPerSecond, 1, 1_000_000, nameof(NewDevicesPerSecond));
        faults.Range(MaxUnlistedPorts, 4, 1_000_000, nameof(MaxUnlistedPorts));
        faults.Range(FlowIdleNs, 1_000_000_000, long.MaxValue / 2, nameof(FlowIdleNs));
        faults.Range(MaxEventsPerWindow, 1, 10_000, nameof(MaxEventsPerWindow));
        faults.Range(ExemplarsPerWindow, 0, 100, nameof(ExemplarsPerWindow));
        faults.Range(DistinctValues, 65, ValueHistogram.RunLimit, nameof(DistinctValues));
        faults.Range(RefreshNs, 1_000_000_000, long.MaxValue / 2, nameof(RefreshNs));
        foreach ((uint id, ClockProfile profile) in Profiles.Append(new KeyValuePair<uint, ClockProfile>(0, DefaultProfile)))
        {
            string place = id == 0 ? nameof(DefaultProfile) : $"Profiles[{id}]";
            faults.Range(profile.LatencyUnitNs, 1, 1_000_000_000, $"{place}.LatencyUnitNs");
            faults.Range(profile.ClockUnitNs, 1, 1_000_000_000, $"{place}.ClockUnitNs");
        }

        faults.Throw("node options");
    }
}
