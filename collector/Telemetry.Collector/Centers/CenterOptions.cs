namespace Telemetry.Collector.Centers;

/// <summary>What a cluster center needs to know before it starts.</summary>
public sealed record CenterOptions
{
    /// <summary>Unique name among all centers; the sender of its batches.</summary>
    public string Name { get; init; } = "center-1";

    /// <summary>Cluster that it stands for; may be empty.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>
    /// How long a window waits for the nodes that did not deliver it yet, nanoseconds: 0 to 2 s, default 500 ms.
    /// A node that sent nothing for this long is not waited for.
    /// </summary>
    public long HoldNs { get; init; } = 500_000_000;

    /// <summary>
    /// Silence after which a device or node is called silent, nanoseconds: 500 ms to 60 s. Default 2.5 s, so that with
    /// a check each 250 ms the alarm is out before 3 s.
    /// </summary>
    public long SilentAfterNs { get; init; } = 2_500_000_000;

    /// <summary>Flows passed on a window, largest first, 1 to 1,000,000; the packets of others are counted. Default 2000.</summary>
    public int MaxFlowsPerWindow { get; init; } = 2000;

    /// <summary>Longest pause between batches to the data center, nanoseconds: 100 ms to 2 s, default 500 ms.</summary>
    public long HeartbeatNs { get; init; } = 500_000_000;

    /// <summary>How often everything known is sent again although nothing changed, nanoseconds, from 1 s; default 5 s.</summary>
    public long RefreshNs { get; init; } = 5_000_000_000;

    /// <summary>Nodes that must exist: one that was never heard is shown as unknown, and the first windows wait for it.</summary>
    public IReadOnlyList<string> ExpectedNodes { get; init; } = [];

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        OptionFaults faults = new();
        faults.Require(Name.Length > 0, "Name is empty");
        faults.Range(HoldNs, 0, 2_000_000_000, nameof(HoldNs));
        faults.Range(SilentAfterNs, 500_000_000, 60_000_000_000, nameof(SilentAfterNs));
        faults.Range(MaxFlowsPerWindow, 1, 1_000_000, nameof(MaxFlowsPerWindow));
        faults.Range(HeartbeatNs, 100_000_000, 2_000_000_000, nameof(HeartbeatNs));
        faults.Range(RefreshNs, 1_000_000_000, long.MaxValue / 2, nameof(RefreshNs));
        faults.Throw("center options");
    }
}
