using System.Net;
using System.Text;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Fakes;

/// <summary>Topologies and the program that several tests use.</summary>
internal static class Networks
{
    public static string ProgramFolder { get; } = Path.Combine(AppContext.BaseDirectory, "Programs");

    public static P4Program Program { get; } = P4Program.Load(ProgramFolder);

    public static ReportOptions Report { get; } = new(IPEndPoint.Parse("10.9.0.1:32766"));

    /// <summary>s1 - s2 - s3 with a host each: port 1 host, 2 to the left, 3 to the right.</summary>
    public static Topology Linear3 { get; } = Parse("""
        {
          "hosts": {
            "h1": {"ip": "10.0.1.1/24", "mac": "08:00:00:00:01:11"},
            "h2": {"ip": "10.0.2.2/24", "mac": "08:00:00:00:02:22"},
            "h3": {"ip": "10.0.3.3/24", "mac": "08:00:00:00:03:33"}
          },
          "switches": {"s1": {}, "s2": {}, "s3": {}},
          "links": [["h1", "s1-p1"], ["h2", "s2-p1"], ["h3", "s3-p1"],
                    ["s1-p3", "s2-p2", "1ms", 10], ["s2-p3", "s3-p2"]]
        }
        """);

    /// <summary>Two spines s1 and s2 over four leaves l1..l4 with a host each: leaf port 1 host, 2 and 3 to the spines.</summary>
    public static Topology LeafSpine { get; } = Parse("""
        {
          "hosts": {"h1": {}, "h2": {}, "h3": {}, "h4": {}},
          "switches": {"l1": {}, "l2": {}, "l3": {}, "l4": {}, "s1": {}, "s2": {}},
          "links": [["h1", "l1-p1"], ["h2", "l2-p1"], ["h3", "l3-p1"], ["h4", "l4-p1"],
                    ["l1-p2", "s1-p1"], ["l1-p3", "s2-p1"], ["l2-p2", "s1-p2"], ["l2-p3", "s2-p2"],
                    ["l3-p2", "s1-p3"], ["l3-p3", "s2-p3"], ["l4-p2", "s1-p4"], ["l4-p3", "s2-p4"]]
        }
        """);

    public static Topology Parse(string json) => TopologyFile.Parse(Encoding.UTF8.GetBytes(json), "net.json");
}
