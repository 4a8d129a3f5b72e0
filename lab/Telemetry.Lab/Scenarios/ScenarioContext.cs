using Telemetry.Controller.Topologies;
using Telemetry.Lab.Randomness;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Scenarios;

/// <summary>What a scenario is made for.</summary>
/// <param name="Topology">With at least two hosts.</param>
/// <param name="Seed">Of every choice.</param>
/// <param name="StartNs">Traffic starts here, loop time.</param>
/// <param name="EndNs">Traffic stops here; after <paramref name="StartNs"/>.</param>
public sealed record ScenarioContext(Topology Topology, ulong Seed, long StartNs, long EndNs)
{
    /// <summary>What factor on all background flows the network's machine asks for, 1 or below; null where nothing limits them but links.</summary>
    internal Func<IReadOnlyList<FlowPlan>, double>? BackgroundLimit { get; init; }

    internal string[] HostNames { get; } = [.. Topology.Hosts.Select(h => h.Name)];

    internal LabRandom Random(string purpose) => new(LabRandom.Derive(Seed, purpose));

    /// <summary>Rate of the link of a host, bits per second; 10 Mbit/s where the topology sets no limit.</summary>
    internal long HostRate(string host)
    {
        Link? link = Topology.Links.FirstOrDefault(l => l.A.Device == host || l.B.Device == host);
        return link is { RateBitsPerSecond: > 0 } ? link.RateBitsPerSecond : 10_000_000;
    }
}
