using System.Net;
using Telemetry.Controller.Hosts;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Hosts;

public class HostTableTests
{
    private const string Mac = "08:00:00:00:01:11";
    private const long Second = 1_000_000_000;
    private static readonly IPAddress s_address = IPAddress.Parse("10.0.9.9");

    [Fact]
    public void Learn_SeenMovedAndGone_KeepsTimesAndMoves()
    {
        HostTable table = new(new HostOptions { MaximumAge = TimeSpan.FromSeconds(60) });
        Assert.Equal(HostEvent.Learned, table.Learn(s_address, Mac, new LinkEnd("s1", 1), Second));
        Assert.Equal(HostEvent.Seen, table.Learn(s_address, Mac, new LinkEnd("s1", 1), 2 * Second));
        Assert.Equal(HostEvent.Moved, table.Learn(s_address, Mac, new LinkEnd("s2", 4), 3 * Second));
        Assert.Equal(new LearnedHost(s_address, Mac, new LinkEnd("s2", 4), Second, 3 * Second, 1), table.Find(s_address));
        Assert.Empty(table.Expire(63 * Second));
        Assert.Equal(s_address, Assert.Single(table.Expire((63 * Second) + 1)).Address);
        Assert.Null(table.Find(s_address));
    }

    [Fact]
    public void Learn_AnotherMac_OnlyOnceTheOwnerIsQuiet()
    {
        HostTable table = new(new HostOptions { OwnerHold = TimeSpan.FromSeconds(10) });
        table.Learn(s_address, Mac, new LinkEnd("s1", 1), 0);
        Assert.Equal(HostEvent.Conflict, table.Learn(s_address, "08:00:00:00:06:66", new LinkEnd("s1", 2), 9 * Second));
        Assert.Equal(Mac, table.Find(s_address)!.Mac);
        Assert.Equal(HostEvent.Moved, table.Learn(s_address, "08:00:00:00:06:66", new LinkEnd("s1", 2), 10 * Second));
        Assert.Equal(1, table.Conflicts);
    }

    [Fact]
    public void Learn_Full_RefusesAndCounts()
    {
        HostTable table = new(new HostOptions { MaximumHosts = 1 });
        table.Learn(s_address, Mac, new LinkEnd("s1", 1), 0);
        Assert.Equal(HostEvent.Refused, table.Learn(IPAddress.Parse("10.0.9.10"), Mac, new LinkEnd("s1", 1), 0));
        Assert.Equal(1, table.Refused);
    }

    [Fact]
    public void With_NewAndMovedHosts_ChangesTheTopology()
    {
        HostNetwork network = new(Networks.Linear3);
        Assert.True(network.IsHostPort(new LinkEnd("s1", 7)));
        Assert.False(network.IsHostPort(new LinkEnd("s1", 3))); // to s2
        Assert.Same(Networks.Linear3, network.With([new LearnedHost(IPAddress.Parse("10.0.1.1"), Mac, new LinkEnd("s1", 1), 0, 0, 0)]));

        Topology changed = network.With(
        [
            new LearnedHost(IPAddress.Parse("10.0.1.1"), Mac, new LinkEnd("s3", 5), 0, 0, 1),
            new LearnedHost(s_address, "08:00:00:00:09:99", new LinkEnd("s2", 6), 0, 0, 0),
            new LearnedHost(IPAddress.Parse("fe80::1"), "08:00:00:00:09:99", new LinkEnd("s2", 6), 0, 0, 0),
        ]);
        Assert.Equal(["h1", "h2", "h3", "10.0.9.9"], changed.Hosts.Select(h => h.Name));
        Assert.Contains(changed.Links, l => l.A == new LinkEnd("h1", 0) && l.B == new LinkEnd("s3", 5));
        Assert.DoesNotContain(changed.Links, l => l.A == new LinkEnd("h1", 0) && l.B == new LinkEnd("s1", 1));
    }

    [Theory]
    [InlineData("route add default gw 10.0.1.10 dev eth0", "10.0.1.10", true)]
    [InlineData("ip route add default via 10.0.1.254", "10.0.1.254", true)]
    [InlineData("echo 10.0.1.10", "10.0.1.10", false)]
    public void IsGateway_OfAHostsCommands(string command, string address, bool expected)
    {
        Topology topology = Networks.Linear3 with { Hosts = [.. Networks.Linear3.Hosts.Select(h => h with { Commands = [command] })] };
        Assert.Equal(expected, new HostNetwork(topology).IsGateway(IPAddress.Parse(address)));
    }
}
