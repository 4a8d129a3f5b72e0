using System.Text;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Tests.Targets;
using Telemetry.Controller.Topologies;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Controller.Tests.Topologies;

public sealed class TopologyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("topology").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parse_TutorialFormat_ReadsHostsSwitchesAndLinks()
    {
        Topology topology = Networks.Linear3;

        Assert.Equal("net", topology.Name);
        Assert.Equal(["s1 1 1", "s2 2 1", "s3 3 1"], topology.Switches.Select(s => $"{s.Name} {s.NodeId} {s.Layer}"));
        Assert.Equal("10.0.2.2/24", $"{topology.Hosts[1].Address}/{topology.Hosts[1].PrefixLength}");
        Assert.Equal(
            new Link(new("s1", 3), new("s2", 2), 10_000_000, 1_000_000, 0, 64), topology.Links[3]);
        Assert.Equal(
            new Link(new("s2", 3), new("s3", 2), 0, 0, 0, 64), topology.Links[4]);
    }

    [Fact]
    public void Parse_AddressesAbsent_AssignsThemBySwitch()
    {
        Topology topology = Networks.LeafSpine;

        Assert.Equal(
            ["h1 10.0.1.1/24 08:00:00:00:01:01", "h2 10.0.2.1/24 08:00:00:00:02:01"],
            topology.Hosts.Take(2).Select(h => $"{h.Name} {h.Address}/{h.PrefixLength} {h.Mac}"));
        Assert.Equal([1, 1, 1, 1, 2, 2], topology.Switches.Select(s => s.Layer));
    }

    [Theory]
    [InlineData("5", 5_000_000)]
    [InlineData("\"5ms\"", 5_000_000)]
    [InlineData("\"10us\"", 10_000)]
    [InlineData("\"0.5s\"", 500_000_000)]
    [InlineData("\"0\"", 0)]
    [InlineData("0.25", 250_000)]
    public void Parse_Latency_ReadsNumberAndUnits(string latency, long expectedNs)
    {
        Topology topology = Networks.Parse(
            """{"hosts": {"h1": {}}, "switches": {"s1": {}}, "links": [["h1", "s1-p1", """ + latency + "]]}");

        Assert.Equal(expectedNs, topology.Links[0].DelayNs);
    }

    [Fact]
    public void ToJson_EveryKey_RoundTrips()
    {
        Topology topology = Networks.Parse("""
            {
              "name": "campus",
              "hosts": {"h1": {"ip": "10.1.0.9/16", "mac": "0A-00-00-00-00-01", "commands": ["echo \"a\" > b"]}},
              "switches": {"s1": {"node_id": 7, "layer": 3, "cluster": "north", "grpc": "127.0.0.1:50051", "target": "bmv2", "role": "router"}, "s2": {}},
              "links": [{"a": "h1", "b": "s2-p1", "rate_mbps": 0.5, "delay_ms": 1.25, "loss": 0.01, "queue": 10},
                        {"a": "s1-p1", "b": "s2-p2", "delay_ms": 0.000001}]
            }
            """);

        string json = TopologyFile.ToJson(topology);

        Assert.Equal(json, TopologyFile.ToJson(TopologyFile.Parse(Encoding.UTF8.GetBytes(json), "other.json")));
        Assert.Equal(["s1 7 3 north 127.0.0.1:50051 bmv2 Router", "s2 1 1 c1   Switch"],
            TopologyFile.Parse(Encoding.UTF8.GetBytes(json), "other.json").Switches
                .Select(s => $"{s.Name} {s.NodeId} {s.Layer} {s.Cluster} {s.GrpcAddress} {s.Target} {s.Role}"));
        Assert.Equal(1, topology.Links[1].DelayNs);
        Assert.Equal(500_000, topology.Links[0].RateBitsPerSecond);
        Assert.Equal("echo \"a\" > b", topology.Hosts[0].Commands[0]);
    }

    [Fact]
    public void Load_RuntimeFileBesideParent_IsFoundAndWrittenRelative()
    {
        string pod = Directory.CreateDirectory(Path.Combine(_folder, "pod-topo")).FullName;
        File.WriteAllText(Path.Combine(pod, "s1-runtime.json"), "{}");
        string path = Path.Combine(pod, "topology.json");
        File.WriteAllText(path, """
            {"hosts": {"h1": {}}, "switches": {"s1": {"runtime_json": "pod-topo/s1-runtime.json"}}, "links": [["h1", "s1-p1"]]}
            """);

        Topology topology = TopologyFile.Load(path);
        TopologyFile.Save(topology, path);

        Assert.Equal(Path.Combine(pod, "s1-runtime.json"), topology.Switches[0].RuntimeFile);
        Assert.Contains("\"runtime_json\": \"s1-runtime.json\"", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(topology.Switches[0].RuntimeFile, TopologyFile.Load(path).Switches[0].RuntimeFile);
    }

    [Fact]
    public void Load_TlsOfASwitch_IsFoundWrittenAndChecked()
    {
        using Certificates authority = new("lab-ca");
        File.Copy(authority.Authority, Path.Combine(_folder, "ca.pem"));
        string path = Path.Combine(_folder, "topology.json");
        File.WriteAllText(path, """
            {"hosts": {"h1": {}}, "switches": {"s1": {"tls": {"ca": "ca.pem", "name": "s1.lab"}}}, "links": [["h1", "s1-p1"]]}
            """);

        SwitchTls? tls = TopologyFile.Load(path).Switches[0].Tls;
        Assert.Equal(new SwitchTls { AuthorityFile = Path.Combine(_folder, "ca.pem"), ServerName = "s1.lab" }, tls);
        TopologyFile.Save(TopologyFile.Load(path), path);
        Assert.Contains("\"tls\": {\"ca\": \"ca.pem\", \"name\": \"s1.lab\"}", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(tls, TopologyFile.Load(path).Switches[0].Tls);

        File.WriteAllText(path, """
            {"hosts": {"h1": {}}, "switches": {"s1": {"tls": {"ca": "topology.json", "cert": "ca.pem", "keys": ""}}}, "links": [["h1", "s1-p1"]]}
            """);
        string said = Assert.Throws<TopologyException>(() => TopologyFile.Load(path)).Message;
        Assert.Contains("switches.s1.tls.keys: unknown key \"keys\"; known keys: ca, cert, key, name", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ManyFaults_NamesEachWithLineAndPlace()
    {
        TopologyException fault = Assert.Throws<TopologyException>(() => Networks.Parse("""
            {
              "hosts": {
                "h1": {"ip": "10.0.1.1/24", "mac": "08:00:00:00:01"},
                "h2": {"ip": "10.0.1.1/33", "mac": "09:00:00:00:00:01", "gateway": "x"},
                "h3": {"ip": "10.0.1.1"}
              },
              "switches": {"s1": {"runtime_json": "absent.json", "node_id": 0}, "s-2": {}, "h1": {}},
              "links": [
                ["h1", "s1-p1"],
                ["h2", "s1-p1"],
                ["h3", "s9-p1"],
                ["h1", "s1-p500"],
                ["s1-p2", "s1-p3", "slow", -1],
                {"a": "h3", "b": "s1-p7", "loss": 2, "queue": 0}
              ]
            }
            """));

        Assert.Equal(
            [
                "net.json:3: hosts.h1.mac: \"08:00:00:00:01\" is no MAC address; expected six bytes in hexadecimal such as 08:00:00:00:01:11",
                "net.json:4: hosts.h2.gateway: unknown key \"gateway\"; known keys: ip, mac, commands, role, cluster",
                "net.json:4: hosts.h2.ip: \"10.0.1.1/33\" is no IPv4 address; expected address/prefix such as 10.0.1.1/24",
                "net.json:4: hosts.h2.mac: \"09:00:00:00:00:01\" is a group address; expected an individual one (even first byte)",
                "net.json:5: hosts.h3.ip: 10.0.1.1 is h1's address already",
                "net.json:7: switches.s1.node_id: is 0; expected a whole number from 1 to 65535",
                "net.json:7: switches.s-2: \"s-2\" is no device name; expected a letter, then letters, digits, _ or .",
                "net.json:7: switches.h1: \"h1\" names another device in line 3; expected a name of its own",
                "net.json:10: links[1][1]: port s1-p1 is used already, in line 9 (links[0][1])",
                "net.json:11: links[2][1]: unknown device \"s9\"; expected a host or switch of this file",
                "net.json:12: links[3][0]: h1 has a link already, in line 9 (links[0][0]); expected one link a host",
                "net.json:12: links[3][1]: \"s1-p500\" names no port; expected \"s1-pN\" with N from 1 to 499",
                "net.json:13: links[4][3]: is -1; expected a bandwidth in Mbit/s, 0 for unlimited",
                "net.json:13: links[4][2]: is \"slow\"; expected a latency: milliseconds, or text such as \"5ms\" or \"10us\"",
                "net.json:13: links[4]: joins s1 to itself; expected two devices",
                "net.json:14: links[5].loss: is 2; expected a fraction from 0 to 1",
                "net.json:14: links[5].queue: is 0; expected a whole number from 1 to 1000000",
                "net.json:14: links[5].a: h3 has a link already, in line 11 (links[2][0]); expected one link a host",
            ],
            fault.Faults.Where(f => f.Place != "switches.s1.runtime_json").Select(f => f.ToString()));
        Assert.Contains(fault.Faults, f => f.Message.StartsWith("\"absent.json\" does not exist", StringComparison.Ordinal));
        Assert.Equal(fault.Faults.Count, fault.Message.Split('\n').Length);
    }

    [Fact]
    public void Parse_PartsApart_NamesTheSwitchesOutOfReach()
    {
        TopologyException fault = Assert.Throws<TopologyException>(() => Networks.Parse("""
            {"hosts": {"h1": {}, "h2": {}}, "switches": {"s1": {}, "s2": {}, "s3": {}},
             "links": [["h1", "s1-p1"], ["s2-p1", "s3-p1"]]}
            """));

        Assert.Equal(
            [
                "net.json:1: hosts.h2: h2 has no link; expected one to a switch",
                "net.json:1: switches.s2: s2 cannot be reached from s1; expected one connected network",
                "net.json:1: switches.s3: s3 cannot be reached from s1; expected one connected network",
            ],
            fault.Faults.Select(f => f.ToString()));
    }

    [Theory]
    [InlineData("", "net.json:1: not JSON")]
    [InlineData("{\n\"hosts\": {},\n}", "net.json:3: not JSON")]
    [InlineData("[]", "net.json:1: is a list; expected an object")]
    [InlineData("{\"hosts\": {}, \"switches\": {}, \"links\": []}", "names no switch")]
    [InlineData("{\"switches\": {\"s1\": {}, \"s1\": {}}}", "switches.s1: stands twice in one object, first in line 1")]
    public void Parse_NoTopology_SaysSo(string text, string expected)
    {
        TopologyException fault = Assert.Throws<TopologyException>(() => Networks.Parse(text));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileMissing_NamesIt()
    {
        string path = Path.Combine(_folder, "none.json");

        TopologyException fault = Assert.Throws<TopologyException>(() => TopologyFile.Load(path));

        Assert.StartsWith($"{path}: cannot be read", fault.Message, StringComparison.Ordinal);
    }
}
