using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Tests.Fakes;

namespace Telemetry.Controller.Tests.Programs;

public sealed class ProgramDescriptionTests : IDisposable
{
    private const string Own = """
        {
          "telemetry": "none",
          "tables": {
            "route_ipv4": {
              "name": "RouteIngress.routes",
              "actions": {
                "Ingress.set_next_hop": { "name": "RouteIngress.route", "parameters": { "dst_mac": "next_hop" } }
              }
            }
          },
          "metadata": { "time": "ns", "latency": "ms", "queue": "bytes" },
          "decode": { "int_dscp": -1, "int_udp_port": 5900, "int_after_tcp_options": true },
          "drop_reasons": { "7": "firewall" }
        }
        """;

    private static readonly string s_root = Root();

    private readonly string _folder = Directory.CreateTempSubdirectory("program").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("basic", TelemetryMode.None)]
    [InlineData("l2", TelemetryMode.None)]
    [InlineData("int", TelemetryMode.IntMd)]
    [InlineData("int_mx", TelemetryMode.IntMx)]
    [InlineData("int_xd", TelemetryMode.IntXd)]
    public void Load_ShippedProgram_EveryPlannedEntryBinds(string name, TelemetryMode mode)
    {
        P4Program program = P4Program.Load(Path.Combine(s_root, "p4", name));
        Assert.Equal(mode, program.Description.Telemetry);
        Assert.Equal(program.Description.Counters.Keys.Order(), ProgramDescription.FromTables(program.Index).Counters.Keys.Order());

        IntOptions all = new()
        {
            Filter = new ReportFilterOptions(10, 20), ReportDrops = true, ReportIntermediate = true, Queues = new QueueWatchOptions(), OwnUdpHeader = true,
            Watchlist = [WatchRule.AllTcp, new WatchRule(System.Net.IPNetwork.Parse("::/0"), Protocol: 17, Rate: 100)],
        };
        ReportOptions report = Networks.Report with { Others = [new(System.Net.IPAddress.Parse("10.9.0.2"), 32766), new(System.Net.IPAddress.Parse("10.9.0.3"), 32766)] };
        SwitchRoutes routes = SwitchRoutes.Compute(Networks.LeafSpine, _ => true);
        foreach (IntOptions options in new[] { new IntOptions(), all })
        {
            foreach (var node in Networks.LeafSpine.Switches)
            {
                EntrySpec[] planned =
                [
                    .. RoutePlanner.Plan(Networks.LeafSpine, node, routes, new EcmpGroups()),
                    .. IntPlanner.Plan(Networks.LeafSpine, node, report, options, mode), PuntPlanner.Lldp,
                ];
                EntrySpec[] translated = [.. planned.Select(program.Description.Translate).OfType<EntrySpec>()];
                Assert.All(translated, e => Assert.NotEmpty(program.Bind(e).Text));
                Assert.Equal(name == "l2" ? 0 : planned.Length - (mode is TelemetryMode.IntMx or TelemetryMode.IntXd && options.ReportIntermediate ? 1 : 0), translated.Length);
            }
        }
    }

    [Fact]
    public void Plan_XdAndMx_GiveEveryNodeItsPart()
    {
        var spine = Networks.LeafSpine.Switches.Single(s => s.Name == "s1");
        string[] mx = [.. IntPlanner.Plan(Networks.LeafSpine, spine, Networks.Report, new IntOptions(), TelemetryMode.IntMx).OfType<TableEntrySpec>().Select(e => e.Table)];
        Assert.Equal(["Egress.int_node", "Egress.int_report", "Egress.int_export"], mx);
        string[] xd = [.. IntPlanner.Plan(Networks.LeafSpine, spine, Networks.Report, new IntOptions(), TelemetryMode.IntXd).OfType<TableEntrySpec>().Select(e => e.Table).Distinct()];
        Assert.Equal(["Egress.int_node", "Egress.int_report", "Egress.int_export", "Ingress.int_watchlist", "Ingress.int_source_port"], xd);
        Assert.Empty(IntPlanner.Plan(Networks.LeafSpine, spine, Networks.Report, new IntOptions(), TelemetryMode.None));
    }

    [Fact]
    public void Translate_OwnNames_TakesTheProgramsTablesKeysAndParameters()
    {
        P4Program program = Load(Own);
        SwitchRoutes routes = SwitchRoutes.Compute(Networks.LeafSpine, _ => true);
        EntrySpec[] planned = [.. RoutePlanner.Plan(Networks.LeafSpine, Networks.LeafSpine.Switches[0], routes, null)];
        string[] bound = [.. planned.Select(program.Description.Translate).OfType<EntrySpec>().Select(e => program.Bind(e).Text)];

        Assert.Equal(Networks.LeafSpine.Hosts.Count, bound.Length);
        Assert.All(bound, t => Assert.Matches(@"^RouteIngress\.routes hdr\.ipv4\.dst_addr=[0-9.]+/32 -> RouteIngress\.route\(next_hop=[0-9a-f:]+, port=\d+\)$", t));
        Assert.Null(program.Description.Translate(PuntPlanner.Lldp));
        ProgramDecoding decoding = program.Description.Decoding;
        Assert.Equal((-1, 5900, true), (decoding.IntDscp, decoding.IntUdpPort, decoding.IntAfterTcpOptions));
        Assert.Equal((1L, 1_000_000L, "bytes", "firewall"), (decoding.TimeUnitNs, decoding.LatencyUnitNs, decoding.QueueUnit, decoding.DropReasons[7]));
    }

    [Fact]
    public void Load_WithoutDescription_TablesTellTheirPart()
    {
        P4Program program = Load(null);
        Assert.Equal(TelemetryMode.None, program.Description.Telemetry);
        Assert.False(program.Description.Plays(RoutePlanner.RouteTable));
        Assert.Equal(TelemetryMode.IntMd, Networks.Program.Description.Telemetry);
    }

    [Theory]
    [InlineData("\"none\"", "\"int\"", "telemetry: is \"int\"; expected one of none, int-md, int-mx, int-xd")]
    [InlineData("\"none\"", "\"int-xd\"", "names no table for node, report, source_port, watch_ipv4, export, which int-xd needs")]
    [InlineData("\"telemetry\"", "\"telemetri\"", "telemetri: is not expected here")]
    [InlineData("\"route_ipv4\"", "\"route_ip4\"", "is no role of a table; did you mean route_ipv4?")]
    [InlineData("RouteIngress.routes", "RouteIngress.route_table", "route_table")]
    [InlineData("\"Ingress.set_next_hop\"", "\"set_next_hop\"", "is no action of the role route_ipv4; it has Ingress.set_next_hop, Ingress.set_ecmp_group, Ingress.drop")]
    [InlineData("\"RouteIngress.route\"", "\"RouteIngress.forward\"", "RouteIngress.forward")]
    [InlineData("\"dst_mac\"", "\"mac\"", "is no parameter of Ingress.set_next_hop; it has dst_mac, port")]
    [InlineData("\"next_hop\"", "\"hop\"", "hop")]
    [InlineData("\"ns\"", "\"s\"", "metadata.time: is \"s\"; expected ns, us or ms")]
    [InlineData("5900", "70000", "decode.int_udp_port: is 70000; expected 0..65535")]
    [InlineData("\"7\"", "\"256\"", "expected a reason from 0 to 255 and its name")]
    public void Load_BadDescription_SaysWhereAndWhat(string text, string instead, string message)
    {
        P4ProgramException fault = Assert.Throws<P4ProgramException>(() => Load(Own.Replace(text, instead, StringComparison.Ordinal)));
        Assert.Contains("program.json:", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    private static string Root()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Telemetry.sln")))
        {
            root = root.Parent;
        }

        return root!.FullName;
    }

    private P4Program Load(string? description)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(s_root, "tests", "data", "p4", "l3_lpm"), "l3_lpm.*"))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        if (description is not null)
        {
            File.WriteAllText(Path.Combine(_folder, "program.json"), description);
        }

        return P4Program.Load(Path.Combine(_folder, "l3_lpm.json"));
    }
}
