using Telemetry.Controller.Topologies;
using Telemetry.Lab.Traffic;

namespace Telemetry.Lab.Scenarios;

/// <summary>What flows can put on links at most, whatever equal-cost paths the switches choose.</summary>
internal static class LinkLoad
{
    /// <summary>The factor on all rates that keeps every link's load at or below <paramref name="fraction"/> of its rate; 1 when none exceeds it.</summary>
    public static double FactorToStayBelow(Topology topology, IReadOnlyList<FlowPlan> flows, double fraction)
    {
        Dictionary<string, List<(string Device, int Link)>> neighbours = Neighbours(topology);
        Dictionary<string, Dictionary<string, int>> distances = new(StringComparer.Ordinal);
        double[] load = new double[topology.Links.Count * 2];
        foreach (FlowPlan flow in flows)
        {
            if (!distances.TryGetValue(flow.Destination, out Dictionary<string, int>? toDestination))
            {
                distances.Add(flow.Destination, toDestination = DistancesTo(flow.Destination, neighbours));
            }

            AddFlow(topology, flow, neighbours, toDestination, load);
        }

        double factor = 1;
        for (int i = 0; i < load.Length; i++)
        {
            long rate = topology.Links[i / 2].RateBitsPerSecond;
            if (rate > 0 && load[i] > rate * fraction)
            {
                factor = Math.Min(factor, rate * fraction / load[i]);
            }
        }

        return factor;
    }

    /// <summary>Highest rate of a pattern while it sends, bits per second; 0 when unlimited.</summary>
    public static double Peak(TrafficPattern pattern) => pattern switch
    {
        ConstantTraffic constant => constant.BitsPerSecond,
        PoissonTraffic poisson => poisson.BitsPerSecond,
        OnOffTraffic onOff => onOff.PeakBitsPerSecond,
        TcpTraffic tcp => tcp.ApplicationBitsPerSecond,
        SynFloodTraffic flood => flood.PacketsPerSecond * SynFloodTraffic.FrameBytes * 8,
        UdpFloodTraffic flood => flood.BitsPerSecond,
        _ => throw new ArgumentException($"{pattern} has no rate", nameof(pattern)),
    };

    /// <summary>The same pattern at another rate.</summary>
    public static TrafficPattern Scale(TrafficPattern pattern, double factor) => pattern switch
    {
        ConstantTraffic constant => constant with { BitsPerSecond = constant.BitsPerSecond * factor },
        PoissonTraffic poisson => poisson with { BitsPerSecond = poisson.BitsPerSecond * factor },
        OnOffTraffic onOff => onOff with { PeakBitsPerSecond = onOff.PeakBitsPerSecond * factor },
        TcpTraffic tcp => tcp with { ApplicationBitsPerSecond = tcp.ApplicationBitsPerSecond * factor },
        _ => throw new ArgumentException($"{pattern} has no rate", nameof(pattern)),
    };

    /// <summary>Hops from every device to <paramref name="device"/>.</summary>
    public static Dictionary<string, int> DistancesTo(string device, Dictionary<string, List<(string Device, int Link)>> neighbours)
    {
        Dictionary<string, int> distance = new(StringComparer.Ordinal) { [device] = 0 };
        Queue<string> next = new([device]);
        while (next.TryDequeue(out string? current))
        {
            foreach ((string neighbour, _) in neighbours[current])
            {
                if (distance.TryAdd(neighbour, distance[current] + 1))
                {
                    next.Enqueue(neighbour);
                }
            }
        }

        return distance;
    }

    /// <summary>For every device what it is linked to, and by which link's index.</summary>
    public static Dictionary<string, List<(string Device, int Link)>> Neighbours(Topology topology)
    {
        Dictionary<string, List<(string Device, int Link)>> neighbours = new(StringComparer.Ordinal);
        foreach (string name in topology.Switches.Select(s => s.Name).Concat(topology.Hosts.Select(h => h.Name)))
        {
            neighbours.Add(name, []);
        }

        for (int i = 0; i < topology.Links.Count; i++)
        {
            Link link = topology.Links[i];
            neighbours[link.A.Device].Add((link.B.Device, i));
            neighbours[link.B.Device].Add((link.A.Device, i));
        }

        return neighbours;
    }

    private static void AddFlow(
        Topology topology,
        FlowPlan flow,
        Dictionary<string, List<(string Device, int Link)>> neighbours,
        Dictionary<string, int> toDestination,
        double[] load)
    {
        double rate = Peak(flow.Pattern);
        HashSet<string> reached = new(StringComparer.Ordinal) { flow.Source };
        Queue<string> next = new([flow.Source]);
        while (next.TryDequeue(out string? current))
        {
            foreach ((string neighbour, int link) in neighbours[current])
            {
                if (toDestination.TryGetValue(neighbour, out int left) && left == toDestination[current] - 1)
                {
                    load[(link * 2) + (topology.Links[link].A.Device == current ? 0 : 1)] += rate;
                    if (reached.Add(neighbour))
                    {
                        next.Enqueue(neighbour);
                    }
                }
            }
        }
    }
}
