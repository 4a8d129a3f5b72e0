using Telemetry.Controller.Topologies;
using Telemetry.Lab.Topologies;

namespace Telemetry.Lab.Tests.Topologies;

public class BuiltInTopologiesTests
{
    [Theory]
    [InlineData("linear", 3, 6, 8)]
    [InlineData("linear-5", 5, 10, 14)]
    [InlineData("leafspine-2x4", 6, 8, 16)]
    [InlineData("leafspine-3x4", 7, 8, 20)]
    [InlineData("star-5", 6, 5, 10)]
    [InlineData("ring-4", 4, 8, 12)]
    [InlineData("tree", 7, 8, 14)]
    [InlineData("fattree-4", 20, 16, 48)]
    [InlineData("random", 8, 8, 19)]
    [InlineData("campus", 11, 24, 37)]
    public void TryCreate_KnownName_HasSwitchesHostsLinks(string name, int switches, int hosts, int links)
    {
        Assert.True(BuiltInTopologies.TryCreate(name, out Topology? topology));
        Assert.Equal((name, switches, hosts, links), (topology!.Name, topology.Switches.Count, topology.Hosts.Count, topology.Links.Count));
    }

    [Theory]
    [InlineData("linear-0")]
    [InlineData("linear-2x2")]
    [InlineData("leafspine-2")]
    [InlineData("leafspine-100x101")]
    [InlineData("ring-2")]
    [InlineData("tree-3")]
    [InlineData("fattree-5")]
    [InlineData("mesh")]
    [InlineData("")]
    public void TryCreate_UnknownNameOrSize_ReturnsFalse(string name) =>
        Assert.False(BuiltInTopologies.TryCreate(name, out _));

    [Theory]
    [InlineData("linear")]
    [InlineData("leafspine-2x4")]
    [InlineData("star-4")]
    [InlineData("ring-5")]
    [InlineData("tree")]
    [InlineData("fattree-4")]
    [InlineData("random")]
    [InlineData("campus")]
    public void TryCreate_Any_EndsAreUniqueAndHostsConnected(string name)
    {
        Assert.True(BuiltInTopologies.TryCreate(name, out Topology? topology));
        LinkEnd[] ends = [.. topology!.Links.SelectMany(l => new[] { l.A, l.B })];
        Assert.Equal(ends.Length, ends.Distinct().Count());
        Assert.Equal(topology.Hosts.Count, topology.Hosts.Select(h => h.Address).Distinct().Count());
        Assert.Equal(topology.Hosts.Count, topology.Hosts.Select(h => h.Mac).Distinct().Count());
        Assert.All(topology.Hosts, h => Assert.Single(ends, e => e == new LinkEnd(h.Name, 0)));
        Assert.All(topology.Switches, s => Assert.Contains(ends, e => e.Device == s.Name));
    }

    [Fact]
    public void TryCreate_Campus_WrittenAndReadIsTheSameNetwork()
    {
        Assert.True(BuiltInTopologies.TryCreate("campus", out Topology? campus));
        string json = TopologyFile.ToJson(campus!);
        Topology read = TopologyFile.Parse(System.Text.Encoding.UTF8.GetBytes(json), "campus.json");
        Assert.Equal(json, TopologyFile.ToJson(read));
        Assert.Equal(["r1", "r2", "r3", "fw1"], read.Switches.Where(s => !s.RunsP4).Select(s => s.Name));
        Assert.Equal(7, read.Tiers.Count);
    }
}
