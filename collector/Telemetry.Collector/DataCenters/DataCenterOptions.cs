using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.DataCenters;

/// <summary>What the data center needs to know before it starts.</summary>
public sealed record DataCenterOptions
{
    /// <summary>Its name, as device and in logs.</summary>
    public string Name { get; init; } = "datacenter";

    /// <summary>How long a window waits for the centers that did not deliver it yet, nanoseconds: 0 to 5 s, default 1 s.</summary>
    public long HoldNs { get; init; } = 1_000_000_000;

    /// <summary>Silence after which a center is called silent, nanoseconds: 500 ms to 60 s, default 2.5 s.</summary>
    public long SilentAfterNs { get; init; } = 2_500_000_000;

    /// <summary>Time between commits to the history, nanoseconds: 0 (each batch) to 10 s, default 1 s. Acknowledgements wait for it.</summary>
    public long CommitNs { get; init; } = 1_000_000_000;

    /// <summary>Windows that wait for a commit at most before batches are refused, 10 to 100,000; default 1200.</summary>
    public int MaxUncommittedWindows { get; init; } = 1200;

    /// <summary>Newest windows that a new subscriber gets, 0 to 10,000; default 100.</summary>
    public int RecentWindows { get; init; } = 100;

    /// <summary>Windows and events that wait for one subscriber at most, 2 to 100,000 of each; default 256.</summary>
    public int SubscriberQueue { get; init; } = 256;

    /// <summary>Flows in the totals, 1 to 1,000,000; packets of others are counted as omitted. Default 20,000.</summary>
    public int MaxFlows { get; init; } = 20_000;

    /// <summary>Ended alerts that a new subscriber and the totals get at most, newest kept, 1 to 100,000; default 1000.</summary>
    public int KeptAlerts { get; init; } = 1000;

    /// <summary>Distinct values that a run's distribution keeps exactly, 65 to 2^20; default 16,384.</summary>
    public int DistinctValues { get; init; } = ValueHistogram.RunLimit;

    /// <summary>Centers that must exist: one that was never heard is shown as unknown, and the first windows wait for it.</summary>
    public IReadOnlyList<string> ExpectedCenters { get; init; } = [];

    /// <summary>When the rules on floods, losses and latencies speak.</summary>
    public Inference.Network.NetworkOptions Network { get; init; } = new();

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        OptionFaults faults = new();
        faults.Require(Name.Length > 0, "Name is empty");
        faults.Range(HoldNs, 0, 5_000_000_000, nameof(HoldNs));
        faults.Range(SilentAfterNs, 500_000_000, 60_000_000_000, nameof(SilentAfterNs));
        faults.Range(CommitNs, 0, 10_000_000_000, nameof(CommitNs));
        faults.Range(MaxUncommittedWindows, 10, 100_000, nameof(MaxUncommittedWindows));
        faults.Range(RecentWindows, 0, 10_000, nameof(RecentWindows));
        faults.Range(SubscriberQueue, 2, 100_000, nameof(SubscriberQueue));
        faults.Range(MaxFlows, 1, 1_000_000, nameof(MaxFlows));
        faults.Range(KeptAlerts, 1, 100_000, nameof(KeptAlerts));
        faults.Range(DistinctValues, 65, 1 << 20, nameof(DistinctValues));
        faults.Throw("data center options");
    }
}
