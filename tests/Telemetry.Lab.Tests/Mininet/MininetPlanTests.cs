using System.Text.Json.Nodes;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Mininet;
using Telemetry.Lab.Topologies;

namespace Telemetry.Lab.Tests.Mininet;

public class MininetPlanTests
{
    private static readonly MininetOptions s_options = new()
    {
        Program = ["telemetry"],
        Bmv2Command = ["simple_switch_grpc"],
        PackageFolder = "/package",
        WorkFolder = "/work-folder",
    };

    [Fact]
    public void Write_SwitchesOfBothTargets_EachGetsItsOwnCommandAndQueues()
    {
        Topology linear = TopologyCatalog.Load("linear-2");
        Topology mixed = linear with { Switches = [linear.Switches[0], linear.Switches[1] with { Target = "bmv2" }] };

        JsonNode plan = JsonNode.Parse(MininetPlan.Write(mixed, s_options))!;

        JsonNode soft = plan["switches"]![0]!;
        Assert.Equal(0, (int)soft["thrift_port"]!);
        Assert.Equal("telemetry switch --queue-rate 1=10000000", Words(soft["command"], 4));
        Assert.DoesNotContain("--thrift-port", Words(soft["tail"], 100), StringComparison.Ordinal);

        JsonNode bmv2 = plan["switches"]![1]!;
        Assert.Equal("simple_switch_grpc", Words(bmv2["command"], 100));
        Assert.Equal(9092, (int)bmv2["thrift_port"]!);
        Assert.Contains("--thrift-port 9092 --notifications-addr ipc:///work-folder/s2.ipc", Words(bmv2["tail"], 100), StringComparison.Ordinal);
        Assert.Equal(10_000_000, (long)bmv2["ports"]![0]!["rate_bps"]!);
    }

    [Theory]
    [InlineData(SwitchTarget.Soft)]
    [InlineData(SwitchTarget.Bmv2)]
    public void Write_NoTargetInTopology_TakesTheLabs(SwitchTarget target)
    {
        JsonNode plan = JsonNode.Parse(MininetPlan.Write(TopologyCatalog.Load("linear-2"), s_options with { Target = target }))!;

        Assert.Equal(target == SwitchTarget.Bmv2, (int)plan["switches"]![0]!["thrift_port"]! > 0);
        Assert.Contains("--priority-queues 8", Words(plan["switches"]![0]!["tail"], 100), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Campus_RoutersHaveRoutesToAllHostsAndTheFirewallItsRules()
    {
        JsonNode plan = JsonNode.Parse(MininetPlan.Write(TopologyCatalog.Load("campus"), s_options))!;

        Assert.Equal(7, plan["switches"]!.AsArray().Count);
        Assert.Equal(["r1", "r2", "r3", "fw1"], plan["routers"]!.AsArray().Select(r => (string)r!["name"]!));
        JsonNode firewall = plan["routers"]![3]!;
        Assert.Equal(24, firewall["routes"]!.AsArray().Count);
        Assert.Equal(
            [
                "ip saddr 10.0.6.0/24 ip daddr 10.0.6.4/32 counter accept",
                "ip daddr 10.0.6.4/32 meta l4proto 6 th dport 22-23 counter drop",
                "ip daddr 10.0.6.4/32 meta l4proto 17 th dport 161-162 counter drop",
            ],
            firewall["rules"]!.AsArray().Select(r => (string)r!));

        // The host behind it sends everything to it; the others' frames are the switches' business.
        JsonNode[] behind = [.. plan["hosts"]!.AsArray().Where(h => ((string)h!["gateway_mac"]!).Length > 0).Select(h => h!)];
        Assert.Equal("h24", (string)Assert.Single(behind)["name"]!);
        Assert.Contains((string)behind[0]["gateway_mac"]!, firewall["ports"]!.AsArray().Select(p => (string)p!["mac"]!));
        Assert.Contains((string)behind[0]["mac"]!, firewall["ports"]!.AsArray().Select(p => (string)p!["far_mac"]!));
    }

    [Fact]
    public void Write_Campus_TiersHaveHostsAndSwitchesManagementAddresses()
    {
        JsonNode plan = JsonNode.Parse(MininetPlan.Write(TopologyCatalog.Load("campus"), s_options))!;

        JsonNode management = plan["management"]!;
        Assert.Equal("172.31.255.0/24", (string)management["network"]!);
        Assert.Equal(["dc"], management["tiers"]!.AsArray().Where(t => !(bool)t!["own_namespace"]!).Select(t => (string)t!["name"]!));
        Assert.Equal(
            ["s1 172.31.255.101 n1", "s2 172.31.255.102 n1", "s3 172.31.255.103 n2", "s4 172.31.255.104 n2", "s5 172.31.255.105 n3", "s6 172.31.255.106 n3", "s7 172.31.255.107 n2"],
            management["switches"]!.AsArray().Select(s => $"{s!["name"]} {s["address"]} {s["node"]}"));
        Assert.Contains("center1 s7", management["links"]!.AsArray().Select(l => $"{l![0]} {l[1]}"));
        Assert.Contains("--grpc-server-addr 0.0.0.0:50051", Words(plan["switches"]![0]!["tail"], 100), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NoTiersInTopology_SwitchesServeOnLoopbackOnly()
    {
        JsonNode plan = JsonNode.Parse(MininetPlan.Write(TopologyCatalog.Load("linear-2"), s_options))!;

        Assert.Null(plan["management"]);
        Assert.Contains("--grpc-server-addr 127.0.0.1:50051", Words(plan["switches"]![0]!["tail"], 100), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_FirstDeviceIdIsZero_PortsStayAsTheyAre()
    {
        JsonNode plan = JsonNode.Parse(MininetPlan.Write(TopologyCatalog.Load("linear-2"), s_options with { FirstDeviceId = 0 }))!;

        Assert.Equal("--device-id 0 --no-p4", Words(plan["switches"]![0]!["tail"], 3));
        Assert.Equal(50051, (int)plan["switches"]![0]!["grpc_port"]!);
    }

    private static string Words(JsonNode? list, int count) => string.Join(' ', list!.AsArray().Take(count).Select(w => (string)w!));
}
