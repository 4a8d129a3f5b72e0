using System.Globalization;
using System.Text.Json.Nodes;
using Telemetry.Controller.App;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Mininet;

/// <summary>The plan that the Python package builds: see <c>mininet/telemetry_mininet/plan.py</c>.</summary>
public static partial class MininetPlan
{
    /// <summary>The loopback port where a switch serves P4Runtime, as a stand-alone controller expects it.</summary>
    public static int GrpcPort(SwitchNode node) => ControllerHost.FirstGrpcPort + node.NodeId;

    /// <summary>BMv2's Thrift port of a switch: 9090 + n.</summary>
    public static int ThriftPort(SwitchNode node) => 9090 + node.NodeId;

    /// <summary>A switch's P4Runtime device id.</summary>
    public static int DeviceId(SwitchNode node, MininetOptions options) => node.NodeId - 1 + options.FirstDeviceId;

    /// <summary>What runs a switch.</summary>
    public static SwitchTarget TargetOf(SwitchNode node, SwitchTarget usual) => node.Target switch
    {
        "soft" => SwitchTarget.Soft,
        "bmv2" => SwitchTarget.Bmv2,
        _ => usual,
    };

    /// <summary>Writes the plan as JSON.</summary>
    public static string Write(Topology topology, MininetOptions options) => new JsonObject
    {
        ["collector_address"] = options.CollectorAddress,
        ["collector_mac"] = options.CollectorMac,
        ["log_folder"] = options.WorkFolder,
        ["pcap_folder"] = options.PcapFolder,
        ["switches"] = Array(topology.Switches.Where(s => s.RunsP4).Select(s => Switch(topology, s, options))),
        ["routers"] = Routers(topology),
        ["management"] = Management(topology),
        ["hosts"] = Array(topology.Hosts.Select(h => new JsonObject
        {
            ["name"] = h.Name,
            ["address"] = h.Address.ToString(),
            ["prefix_length"] = h.PrefixLength,
            ["mac"] = h.Mac,
            ["commands"] = Array(h.Commands.Select(c => JsonValue.Create(c))),
            ["gateway_mac"] = GatewayMac(topology, h) ?? "",
        })),
        ["links"] = Array(topology.Links.Select(l => new JsonObject
        {
            ["a"] = End(l.A),
            ["b"] = End(l.B),
            ["loss"] = l.Loss,
        })),
    }.ToJsonString(new() { WriteIndented = true });

    private static JsonObject Switch(Topology topology, SwitchNode node, MininetOptions options)
    {
        (int Port, Link Link)[] ports =
        [
            .. topology.Links
                .SelectMany(l => new[] { (End: l.A, Link: l), (End: l.B, Link: l) })
                .Where(p => p.End.Device == node.Name)
                .Select(p => (p.End.Port, p.Link))
                .OrderBy(p => p.Port),
        ];
        bool soft = TargetOf(node, options.Target) == SwitchTarget.Soft;
        List<string> command = [.. soft ? [.. options.Program, "switch"] : options.Bmv2Command];
        foreach ((int port, Link link) in soft ? ports : [])
        {
            if (link.RateBitsPerSecond > 0)
            {
                command.AddRange(["--queue-rate", string.Create(CultureInfo.InvariantCulture, $"{port}={link.RateBitsPerSecond}")]);
            }

            command.AddRange(["--queue-depth", string.Create(CultureInfo.InvariantCulture, $"{port}={link.QueueDepthPackets}")]);
        }

        int grpcPort = GrpcPort(node);
        List<string> tail = ["--device-id", Text(DeviceId(node, options)), "--no-p4"];
        if (!soft)
        {
            // Both would collide: BMv2's default of the one is the same for all switches, of the other for all labs.
            tail.AddRange(["--thrift-port", Text(ThriftPort(node))]);
            tail.AddRange(["--notifications-addr", $"ipc://{Path.Combine(options.WorkFolder, node.Name)}.ipc"]);
        }

        // P4 programs here send the controller's packets with priority 7: eight queues a port.
        // A tier in a namespace of its own reads a switch's counters over management links.
        tail.AddRange(["--", "--grpc-server-addr", $"{(PlacesTiers(topology) ? "0.0.0.0" : "127.0.0.1")}:{Text(grpcPort)}", "--cpu-port", Text(node.CpuPort ?? options.CpuPort), "--priority-queues", "8"]);
        return new JsonObject
        {
            ["name"] = node.Name,
            ["command"] = Array(command.Select(c => JsonValue.Create(c))),
            ["tail"] = Array(tail.Select(c => JsonValue.Create(c))),
            ["thrift_port"] = soft ? 0 : ThriftPort(node),
            ["grpc_port"] = grpcPort,
            ["report_port"] = options.ReportPort,
            ["ports"] = Array(ports.Select(p => new JsonObject
            {
                ["number"] = p.Port,
                ["rate_bps"] = p.Link.RateBitsPerSecond,
                ["queue_packets"] = p.Link.QueueDepthPackets,
            })),
        };
    }

    private static JsonArray End(LinkEnd end) => [end.Device, end.Port];

    private static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
