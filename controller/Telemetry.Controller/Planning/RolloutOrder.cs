using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Planning;

/// <summary>In which order switches take new routes, so that packets on a new way find it whole.</summary>
public static class RolloutOrder
{
    /// <summary>
    /// Switches in waves, each after those that it newly sends packets to and whose own way to the same host changes.
    /// Where these wait for each other, the topology's order counts. Every P4 switch is in one wave.
    /// </summary>
    /// <param name="topology">The network.</param>
    /// <param name="former">Routes that switches have.</param>
    /// <param name="next">Routes that they get.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Waves(Topology topology, SwitchRoutes former, SwitchRoutes next)
    {
        Dictionary<string, HashSet<string>> waitsFor = [];
        SwitchNode[] switches = [.. topology.Switches.Where(s => s.RunsP4)];
        HashSet<string> names = [.. switches.Select(s => s.Name)];
        foreach (SwitchNode node in switches)
        {
            HashSet<string> others = waitsFor[node.Name] = [];
            foreach (HostNode host in topology.Hosts)
            {
                IReadOnlyList<int> before = former.Ports(node.Name, host.Name);
                IReadOnlyList<int> after = next.Ports(node.Name, host.Name);
                foreach (int port in after)
                {
                    if (!before.Contains(port) && next.Graph.NeighbourAt(node.Name, port) is { } peer && names.Contains(peer)
                        && !former.Ports(peer, host.Name).SequenceEqual(next.Ports(peer, host.Name)))
                    {
                        others.Add(peer);
                    }
                }
            }
        }

        List<IReadOnlyList<string>> waves = [];
        HashSet<string> done = [];
        while (done.Count < switches.Length)
        {
            string[] ready = [.. switches.Select(s => s.Name).Where(name => !done.Contains(name) && waitsFor[name].IsSubsetOf(done))];
            string[] wave = ready.Length > 0 ? ready : [switches.First(s => !done.Contains(s.Name)).Name];
            waves.Add(wave);
            done.UnionWith(wave);
        }

        return waves;
    }
}
