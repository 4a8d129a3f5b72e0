using Telemetry.Collector.Profiles;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Tests.Profiles;

public class DecodeProfileFileTests
{
    [Fact]
    public void Parse_EveryKey_IsTaken()
    {
        DecodeProfiles profiles = DecodeProfileFile.Parse(
            """
            // comments are fine
            {"profiles": [
              {"name": "a", "nodes": [3, "10-19"], "sources": ["10.0.0.1", "::1"], "deviations": ["shim-counted", "no-sequence"], "strict": true, "version": "2.0",
               "maximum_hops": 12, "int": {"dscp": 1, "dscp_mask": 1, "udp_port": 5555, "probe_marker": "0x0123456789abcdef", "after_tcp_options": true,
               "gre_protocol": 7, "vxlan_protocol": 8, "geneve_class": 9}, "clock": {"unit_ns": 1, "latency_unit_ns": 2, "shared": false}},
              {"name": "rest", "drop_reasons": {"29": "no route"}}
            ]}
            """,
            "x.json");
        DecodeProfile a = profiles.For(12, 0);
        Assert.Equal("a", a.Name);
        Assert.Equal(
            new ReportProfile
            {
                Strict = true,
                Version = ReportVersion.V20,
                MaximumHops = 12,
                Deviations = ReportDeviations.ShimCounted | ReportDeviations.NoSequence,
                IntDscp = 1,
                IntDscpMask = 1,
                IntUdpPort = 5555,
                ProbeMarker = 0x0123456789abcdef,
                IntAfterTcpOptions = true,
                IntGreProtocol = 7,
                IntVxlanProtocol = 8,
                IntGeneveClass = 9,
            },
            a.Reports);
        Assert.Equal((2L, 1L, false), (a.Clock.LatencyUnitNs, a.Clock.ClockUnitNs, a.Clock.SharedClock));
        Assert.Equal(("a", "a", "rest", "rest"), (profiles.For(3, 5).Name, profiles.For(99, 0x0A000001).Name, profiles.For(20, 0).Name, profiles.For(0, 0).Name));
        Assert.Equal("a", profiles.For([0x20, 0, 0, 0, 0, 0, 0, 10], 0).Name);
        Assert.Equal(("29", "29 (no route)", "30"), (a.Reports.Tell(29), profiles.ReportsOf(20).Tell(29), profiles.ReportsOf(20).Tell(30)));
        Assert.Equal("7 (full)", new DecodeProfiles([]).Otherwise(new ReportProfile { DropReasons = new Dictionary<int, string> { [7] = "full" } }).For(1, 0).Reports.Tell(7));
        Assert.Equal((1L, 1000L), (profiles.ClockOf(19).ClockUnitNs, profiles.ClockOf(20).ClockUnitNs));
    }

    [Fact]
    public void Parse_Faults_AreAllToldWithTheirPlace()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => DecodeProfileFile.Parse(
            """{"profiles": [{"nodes": ["9-1"], "sources": ["x"], "deviations": ["nope"], "int": {"dscp": 64, "dcsp": 1}, "clock": {"shared": 1}, "version": "3", "drop_reasons": {"256": "x", "1": 2}}, 5]}""",
            "x.json"));
        string[] expected =
        [
            "profiles[0]: a \"name\" is missing", "profiles[0].int: there is no \"dcsp\"", "profiles[0].nodes: 9-1", "profiles[0].sources: x is no IP address",
            "profiles[0].deviations: nope is none of version-1-layout-2", "profiles[0].int.dscp: 64", "profiles[0].clock.shared: 1", "profiles[0].version: 3",
            "profiles[0].drop_reasons: \"256\"", "profiles[0].drop_reasons: \"1\"",
            "profiles[1]: an object is expected",
        ];
        Assert.All(expected, text => Assert.Contains($"x.json: {text}", fault.Message, StringComparison.Ordinal));
        Assert.Equal(expected.Length, fault.Message.Split(Environment.NewLine).Length);
        Assert.StartsWith("x.json: no JSON: ", Assert.Throws<ArgumentException>(() => DecodeProfileFile.Parse("{", "x.json")).Message, StringComparison.Ordinal);
    }
}
