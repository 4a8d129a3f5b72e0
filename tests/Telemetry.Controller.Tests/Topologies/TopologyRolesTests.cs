using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Topologies;

public class TopologyRolesTests
{
    private const string Guarded = """
        {"hosts": {"h1": {}, "h2": {}, "n": {"role": "node", "cluster": "c1"}, "c": {"role": "center", "cluster": "c1"}, "d": {"role": "datacenter", "ip": "192.168.9.9/16"}},
         "switches": {"s1": {}, "r": {"role": "router"}, "s2": {},
           "f": {"role": "firewall", "rules": [
             {"verdict": "allow", "src": "10.0.1.0/24", "protocol": "tcp", "dst_port": "80-89"},
             {"verdict": "drop", "dst": "10.0.2.1", "protocol": 17, "src_port": 53},
             {"verdict": "drop"}]}},
         "links": [["h1", "s1-p1"], ["s1-p2", "r-p1"], ["r-p2", "s2-p1"], ["s2-p2", "f-p1"], ["f-p2", "h2"]],
         "management": [["s1", "n", "1ms", 100], {"a": "n", "b": "c", "rate_mbps": 10}, ["c", "r"], ["r", "d"]]}
        """;

    [Fact]
    public void Parse_RolesRulesAndManagement_AreReadAndWritten()
    {
        Topology topology = Networks.Parse(Guarded);

        Assert.Equal(["s1 True", "r False", "s2 True", "f False"], topology.Switches.Select(s => $"{s.Name} {s.RunsP4}"));
        Assert.Equal(
            ["allow tcp from 10.0.1.0/24 to port 80-89", "drop udp from port 53 to 10.0.2.1/32", "drop any"],
            topology.Switches[3].Rules.Select(r => r.ToString()));
        Assert.Equal(["h1", "h2"], topology.Hosts.Select(h => h.Name));
        Assert.Equal(
            ["n Node c1 172.31.255.1/24", "c Center c1 172.31.255.2/24", "d DataCenter  192.168.9.9/16"],
            topology.Tiers.Select(t => $"{t.Name} {t.Role} {t.Cluster} {t.Address}/{t.PrefixLength}"));
        Assert.Equal(
            [new("s1", "n", 100_000_000, 1_000_000), new("n", "c", 10_000_000), new("c", "r"), new ManagementLink("r", "d")], topology.Management);
        string json = TopologyFile.ToJson(topology);
        Topology again = Networks.Parse(json);
        Assert.Equal(json, TopologyFile.ToJson(again));
        Assert.Equal(topology.Switches[3].Rules, again.Switches[3].Rules);
        Assert.Equal(topology.Tiers, again.Tiers);
    }

    [Fact]
    public void EdgePorts_RouterBetweenFirewallBeforeHost_IntEndsBeforeTheFirewallOnly() =>
        Assert.Equal([new("s1", 1), new LinkEnd("s2", 2)], EdgePorts.Of(Networks.Parse(Guarded)));

    [Theory]
    [InlineData(0x0A000105u, 0x0A000201u, 6, 1000, 80, true)]
    [InlineData(0x0A000105u, 0x0A000201u, 6, 1000, 90, false)]
    [InlineData(0x0A000205u, 0x0A000201u, 6, 1000, 80, false)]
    [InlineData(0x0A000105u, 0x0A000201u, 17, 1000, 80, false)]
    public void Matches_AddressProtocolPort_AllMustHold(uint source, uint destination, byte protocol, ushort from, ushort to, bool expected) =>
        Assert.Equal(expected, Networks.Parse(Guarded).Switches[3].Rules[0].Matches(source, destination, protocol, from, to));

    [Theory]
    [InlineData("\"rules\": [{\"verdict\": \"drop\"}], \"role\": \"router\"", "f enforces no rules")]
    [InlineData("\"role\": \"firewall\", \"rules\": [{\"verdict\": \"reject\"}]", "expected one of allow, drop")]
    [InlineData("\"role\": \"firewall\", \"rules\": [{}]", "expected allow or drop")]
    [InlineData("\"role\": \"firewall\", \"rules\": [{\"verdict\": \"drop\", \"dst_port\": 80}]", "expected \"protocol\"")]
    [InlineData("\"role\": \"firewall\", \"rules\": [{\"verdict\": \"drop\", \"src\": \"10.0.0.1/33\"}]", "no IPv4 address or prefix")]
    [InlineData("\"role\": \"firewall\", \"rules\": [{\"verdict\": \"drop\", \"protocol\": \"tcp\", \"dst_port\": \"9-1\"}]", "expected a port, or a range")]
    [InlineData("\"role\": \"firewall\", \"rules\": [{\"verdict\": \"drop\", \"dport\": 1}]", "unknown key \"dport\"")]
    public void Parse_BadRule_SaysWhatWasExpected(string keys, string expected)
    {
        TopologyException fault = Assert.Throws<TopologyException>(() => Networks.Parse(
            """{"hosts": {"h1": {}}, "switches": {"s1": {}, "f": {""" + keys + """}}, "links": [["h1", "f-p1"], ["f-p2", "s1-p1"]]}"""));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TiersWithFaults_NamesAllAtOnce()
    {
        TopologyException fault = Assert.Throws<TopologyException>(() => Networks.Parse("""
            {"hosts": {"h1": {}, "n": {"role": "node", "cluster": "c1"}, "c": {"role": "center", "cluster": "c1"}, "x": {"role": "node", "cluster": "c9"}},
             "switches": {"s1": {}, "r": {"role": "router"}, "s2": {}},
             "links": [["s1-p1", "r-p1"], ["r-p2", "s2-p1"], ["r-p3", "h1"]], "management": [["n", "s1"], ["c", "s2"]]}
            """));
        Assert.Contains("0 data centers", fault.Message, StringComparison.Ordinal);
        Assert.Contains("cluster c9 of x has no switch", fault.Message, StringComparison.Ordinal);
        Assert.Contains("no management links lead from n to c", fault.Message, StringComparison.Ordinal);
        Assert.Contains("r has hosts and leads to 2 ports of P4 switches", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["h1", "n"]""", "h1 is a host of the data plane")]
    [InlineData("""["n", "n"]""", "joins n to itself")]
    [InlineData("""["n"]""", "lacks an end")]
    [InlineData("""["n", "y"]""", "unknown device \"y\"")]
    public void Parse_BadManagementLink_SaysWhatWasExpected(string link, string expected)
    {
        TopologyException fault = Assert.Throws<TopologyException>(() => Networks.Parse(
            """{"hosts": {"h1": {}, "n": {"role": "node", "cluster": "c1"}}, "switches": {"s1": {}}, "links": [["h1", "s1-p1"]], "management": [""" + link + "]}"));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }
}
