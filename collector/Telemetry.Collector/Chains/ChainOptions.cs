using Telemetry.Collector.DataCenters;
using Telemetry.Collector.History;

namespace Telemetry.Collector.Chains;

/// <summary>A whole collector in one process.</summary>
public sealed record ChainOptions
{
    /// <summary>Clusters; one center with one node by default.</summary>
    public IReadOnlyList<ClusterOptions> Clusters { get; init; } = [new ClusterOptions(new(), [new()])];

    /// <summary>The data center.</summary>
    public DataCenterOptions DataCenter { get; init; } = new();

    /// <summary>Time between ticks of all tiers, nanoseconds: 10 to 250 ms, default 50 ms.</summary>
    public long TickNs { get; init; } = 50_000_000;

    /// <summary>Time between tendings of the history, nanoseconds: 1 s to 1 hour, default 60 s.</summary>
    public long TendNs { get; init; } = 60_000_000_000;

    /// <summary>How long the history keeps what.</summary>
    public HistoryRetention Retention { get; init; } = new();

    /// <summary>Batches that each node and center keeps unacknowledged, 10 to 100,000; default 600.</summary>
    public int OutboxLimit { get; init; } = Delivery.MemoryOutbox.DefaultLimit;

    /// <summary>Whether a tier, by name, reaches the one above it now; asked at every batch. Always, by default.</summary>
    public Func<string, string, bool> Connects { get; init; } = static (_, _) => true;

    /// <summary>Checks what the tiers do not check themselves.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        OptionFaults faults = new();
        faults.Range(TickNs, 10_000_000, 250_000_000, nameof(TickNs));
        faults.Range(TendNs, 1_000_000_000, 3_600_000_000_000, nameof(TendNs));
        Retention.Validate(faults);
        faults.Range(OutboxLimit, 10, 100_000, nameof(OutboxLimit));
        faults.Require(Clusters.Count > 0, "Clusters is empty");
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ClusterOptions cluster in Clusters)
        {
            faults.Require(cluster.Nodes.Count > 0, $"cluster of {cluster.Center.Name} has no node");
            foreach (string name in cluster.Nodes.Select(node => node.Name).Prepend(cluster.Center.Name))
            {
                faults.Require(names.Add(name), $"the name {name} is used twice");
            }
        }

        faults.Throw("chain options");
    }
}
