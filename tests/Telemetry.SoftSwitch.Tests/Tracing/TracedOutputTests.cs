using System.Globalization;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Tests.Differential;
using Telemetry.SoftSwitch.Tests.Stf;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Tracing;
using Telemetry.Wire.Reports;

namespace Telemetry.SoftSwitch.Tests.Tracing;

/// <summary>A trace changes nothing: random and near-miss frames leave as without it, also where only those of one port are traced.</summary>
public sealed class TracedOutputTests
{
    private const int Packets = 300;

    public static TheoryData<string> Programs() => [.. SamplePrograms.Names];

    [Theory, MemberData(nameof(Programs))]
    public void Send_TracedAndPartlyTraced_LeaveAsUntraced(string name)
    {
        (string file, string stf) = SamplePrograms.FilesOf(name);
        SwitchProgram program = SwitchProgram.Load(File.ReadAllBytes(file));
        List<StfStatement> statements = StfParser.Parse(File.ReadAllText(stf));
        (int, byte[])[] known = [.. statements.Where(s => s.Command == "packet").Select(s => (int.Parse(s.Numbers[0], CultureInfo.InvariantCulture), Convert.FromHexString(s.Data)))];
        int[] ports = [1, 2, 3, 4, 510];
        NearMisses source = new(known, ports, name.Length + 3);
        (int, byte[])[] packets = [.. known, .. Enumerable.Range(0, Packets).Select(_ => source.Next())];
        StfStatement[] setup = [.. statements.Where(s => s.Command is not ("packet" or "expect"))];
        IReadOnlyDictionary<int, IReadOnlyList<string>> untraced = StfRunner.Outputs(program, setup, ports, packets, 50_000);
        foreach (int tracedPort in new[] { -1, 1 })
        {
            RecordedTrace trace = new();
            IReadOnlyDictionary<int, IReadOnlyList<string>> traced = StfRunner.Outputs(
                program, setup, ports, packets, 50_000, s => s.StartTrace(new TraceOptions(TraceLevel.Trace, tracedPort, PacketsPerSecond: 0), trace));
            Assert.True(trace.Lines.Count > known.Length);
            foreach (int port in ports)
            {
                Assert.Equal(untraced[port], traced[port]);
            }
        }
    }

    [Fact]
    public void Send_ThroughTransitAndSink_TraceShowsHopAndReport()
    {
        using IntFabric fabric = new();
        RecordedTrace transit = new();
        RecordedTrace sink = new();
        fabric.Switches[1].StartTrace(new TraceOptions(TraceLevel.Trace), transit);
        fabric.Switches[2].StartTrace(new TraceOptions(TraceLevel.Debug), sink);
        byte[] frame = new byte[ReportFrame.HeaderLength + 10];
        ReportFrame.WriteHeaders(frame, 0x0000_0000_0001, 0x0000_0000_0101, 0x0A000101, 0x0A000202, 5000, 6000, 10, 7);
        fabric.Switches[0].Receive(1, frame);
        fabric.Loop.RunUntil(20_000_000);
        InOrder(
            transit, "[0.0] received on port 1", "parser: extract int_md, 12 bytes", "ingress: start", "table Ingress.ipv4_lpm: hit, entry 0 (0x0a000200/24)",
            "action Ingress.set_next_hop(dst_mac = 0x", "p4/int/int.p4(", "queued for port 2", "left the queue of port 2", "egress: start", "action Egress.set_node(node_id = 0x",
            "deparser: emit hop_node, 4 bytes", "transmitted on port 2");
        InOrder(sink, "[0.0] received on port 1", "egress: clone [0.1] by session 250 to port 500", "[0.0] transmitted on port 2", "[0.1] left the queue of port 500", "[0.1] transmitted on port 500");
        Assert.Single(fabric.HostTwo.Frames);
        Assert.Single(fabric.Reports.Frames);
    }

    private static void InOrder(RecordedTrace trace, params string[] parts)
    {
        int at = 0;
        foreach (string part in parts)
        {
            at = trace.Lines.FindIndex(at, l => l.Contains(part, StringComparison.Ordinal));
            Assert.True(at >= 0, $"'{part}' is missing or too early in:\n{string.Join('\n', trace.Lines)}");
        }
    }
}
