using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Planning;

public sealed class RoutePlannerTests
{
    [Fact]
    public void Plan_Linear3Middle_RoutesEachHostByOnePort() => Assert.Equal(
        [
            "Ingress.ecmp_config default -> Ingress.set_ecmp_seed(seed=1013904242)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.1/32 -> Ingress.set_next_hop(dst_mac=02:00:00:01:00:03, port=2)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.2.2/32 -> Ingress.set_next_hop(dst_mac=08:00:00:00:02:22, port=1)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.3.3/32 -> Ingress.set_next_hop(dst_mac=02:00:00:03:00:02, port=3)",
        ],
        Plan(Networks.Linear3, "s2"));

    [Fact]
    public void Plan_LeafOfTwoSpines_SpreadsOverOneGroup() => Assert.Equal(
        [
            "Ingress.ecmp_config default -> Ingress.set_ecmp_seed(seed=2654435769)",
            "Ingress.ecmp_group meta.ecmp_group=2728 -> { Ingress.set_next_hop(dst_mac=02:00:00:05:00:01, port=2) watch 2"
                + "; Ingress.set_next_hop(dst_mac=02:00:00:06:00:01, port=3) watch 3 }",
            "Ingress.ecmp_backup meta.ecmp_group=2728 -> { Ingress.set_backup_hop(dst_mac=02:00:00:05:00:01, port=2) watch 2"
                + "; Ingress.set_backup_hop(dst_mac=02:00:00:06:00:01, port=3) watch 3 }",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.1/32 -> Ingress.set_next_hop(dst_mac=08:00:00:00:01:01, port=1)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.2.1/32 -> Ingress.set_ecmp_group(group_id=2728)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.3.1/32 -> Ingress.set_ecmp_group(group_id=2728)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.4.1/32 -> Ingress.set_ecmp_group(group_id=2728)",
        ],
        Plan(Networks.LeafSpine, "l1"));

    [Fact]
    public void Plan_Spine_GoesStraightDown_AndOverAnotherLeafWhereItCannot()
    {
        string[] plan = [.. Plan(Networks.LeafSpine, "s1")];

        Assert.Equal(
            [
                "Ingress.ecmp_group meta.ecmp_group=2952 -> { Ingress.set_next_hop(dst_mac=02:00:00:02:00:02, port=2) watch 2 }",
                "Ingress.ecmp_backup meta.ecmp_group=2952 -> { Ingress.set_backup_hop(dst_mac=02:00:00:01:00:02, port=1) watch 1"
                    + "; Ingress.set_backup_hop(dst_mac=02:00:00:03:00:02, port=3) watch 3"
                    + "; Ingress.set_backup_hop(dst_mac=02:00:00:04:00:02, port=4) watch 4 }",
            ],
            plan.Where(e => e.Contains("meta.ecmp_group=2952", StringComparison.Ordinal)));
        Assert.Contains("Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.2.1/32 -> Ingress.set_ecmp_group(group_id=2952)", plan);
        Assert.Equal(13, plan.Length);
    }

    [Fact]
    public void Plan_SpineWithoutWatchPorts_GoesStraightDown() => Assert.Equal(
        [
            "Ingress.ecmp_config default -> Ingress.set_ecmp_seed(seed=387276957)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.1/32 -> Ingress.set_next_hop(dst_mac=02:00:00:01:00:02, port=1)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.2.1/32 -> Ingress.set_next_hop(dst_mac=02:00:00:02:00:02, port=2)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.3.1/32 -> Ingress.set_next_hop(dst_mac=02:00:00:03:00:02, port=3)",
            "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.4.1/32 -> Ingress.set_next_hop(dst_mac=02:00:00:04:00:02, port=4)",
        ],
        Plan(Networks.LeafSpine, "s1", watchPorts: false));

    [Fact]
    public void Plan_LinkDown_AvoidsIt()
    {
        // l1 - s1 is down: l1 reaches everyone over s2, and s1 reaches h1 over any other leaf.
        Link down = Networks.LeafSpine.Links[4];
        SwitchRoutes routes = SwitchRoutes.Compute(Networks.LeafSpine, link => link != down);

        Assert.Equal([3], routes.Ports("l1", "h4"));
        Assert.Equal([3], routes.Ports("l4", "h1"));
        Assert.Equal([2, 3], routes.Ports("l4", "h2"));
        Assert.Equal([2, 3, 4], routes.Ports("s1", "h1"));
        Assert.Equal([1], routes.Ports("s2", "h1"));
    }

    [Fact]
    public void Plan_HostOutOfReach_HasNoRoute()
    {
        SwitchRoutes routes = SwitchRoutes.Compute(Networks.Linear3, link => link.A != new LinkEnd("s1", 3));

        Assert.Empty(routes.Ports("s1", "h3"));
        Assert.Empty(routes.Ports("s3", "h1"));
        Assert.Equal([3], routes.Ports("s2", "h3"));
    }

    [Fact]
    public void Compute_EverySwitchAndHost_EachNextHopIsNearer()
    {
        SwitchRoutes routes = SwitchRoutes.Compute(Networks.LeafSpine, _ => true);
        SwitchGraph graph = new(Networks.LeafSpine);
        foreach (Attachment host in graph.Hosts)
        {
            foreach (SwitchNode start in Networks.LeafSpine.Switches)
            {
                string at = start.Name;
                for (int hops = 0; at != host.Switch.Name; hops++)
                {
                    Assert.True(hops < 3, $"{start.Name} to {host.Host.Name} loops");
                    int port = routes.Ports(at, host.Host.Name)[^1];
                    at = graph.Neighbours(at).Single(n => n.Port == port).Switch.Name;
                }

                Assert.Equal([host.Port], routes.Ports(at, host.Host.Name));
            }
        }
    }

    [Fact]
    public void IdOf_SamePortsLaterOrElsewhere_GivesTheSameId()
    {
        EcmpGroups groups = new();
        int both = groups.IdOf([2, 3], [2, 3]);
        int one = groups.IdOf([2], [3]);

        Assert.Equal([both, one], [groups.IdOf([2, 3], [2, 3]), groups.IdOf([2], [3])]);
        Assert.Equal([one, both], [new EcmpGroups().IdOf([2], [3]), new EcmpGroups().IdOf([2, 3], [2, 3])]);
    }

    [Fact]
    public void IdOf_ManySets_AllDiffer()
    {
        EcmpGroups groups = new();

        Assert.Equal(5000, Enumerable.Range(1, 5000).Select(i => groups.IdOf([i], [])).Distinct().Count());
    }

    [Fact]
    public void Shares_PortOfTheSwitchOrBehindIt_TakesLess()
    {
        SwitchRoutes routes = SwitchRoutes.Compute(Networks.LeafSpine, _ => true);

        // l1 sends less over its port 2 to s1, to everybody.
        PortWeights own = new(4, new Dictionary<(string, int), int> { [("l1", 2)] = 2 });
        Assert.Equal([1, 2], routes.Shares("l1", "h2", own));
        Assert.Empty(routes.Shares("l2", "h1", own));

        // s1 is short of room towards l2: whoever sends to h2 sends it less, and to h3 as much as ever.
        PortWeights behind = new(4, new Dictionary<(string, int), int> { [("s1", 2)] = 3 });
        Assert.Equal([3, 4], routes.Shares("l1", "h2", behind));
        Assert.Empty(routes.Shares("l1", "h3", behind));

        // There is no way around a host's port.
        Assert.Empty(routes.Shares("l1", "h2", new PortWeights(4, new Dictionary<(string, int), int> { [("l2", 1)] = 1 })));
    }

    [Fact]
    public void Plan_UnequalShares_AreAGroupOfTheirOwn()
    {
        PortWeights weights = new(4, new Dictionary<(string, int), int> { [("l1", 2)] = 2 });
        EcmpGroups groups = new();
        SwitchRoutes routes = SwitchRoutes.Compute(Networks.LeafSpine, _ => true);
        string even = Group(PortWeights.Even);
        string shifted = Group(weights);

        Assert.EndsWith("port=3) weight 2 watch 3 }", shifted, StringComparison.Ordinal);
        Assert.NotEqual(even.Split(' ')[1], shifted.Split(' ')[1]);
        Assert.Equal(even, Group(PortWeights.Even));

        string Group(PortWeights of) => RoutePlanner.Plan(Networks.LeafSpine, Networks.LeafSpine.Switches[0], routes, groups, true, of)
            .Select(e => Networks.Program.Bind(e).Text).Single(t => t.StartsWith("Ingress.ecmp_group", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Plan(Topology topology, string name, bool watchPorts = true) => RoutePlanner
        .Plan(topology, topology.Switches.Single(s => s.Name == name), SwitchRoutes.Compute(topology, _ => true), new EcmpGroups(), watchPorts)
        .Select(e => Networks.Program.Bind(e).Text);
}
