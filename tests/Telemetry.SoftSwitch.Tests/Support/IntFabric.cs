using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Support;

/// <summary>Source, transit and sink in a row, programmed over P4Runtime with p4/int: h1 at s1 port 1, h2 at s3 port 2, reports at s3 port 500.</summary>
internal sealed class IntFabric : IDisposable
{
    private const int ReportSession = 250;

    public IntFabric()
    {
        Info = P4InfoIndex.FromText(Repository.Text("p4", "int", "int.p4info.txtpb"));
        (HostOne, HostTwo, Reports) = (new RecordingPort(Loop), new RecordingPort(Loop), new RecordingPort(Loop));
        byte[] json = Repository.Bytes("p4", "int", "int.json");
        for (int i = 0; i < 3; i++)
        {
            Switches[i] = new Switch(Loop, new SwitchOptions { Name = $"s{i + 1}", DeviceId = (ulong)i + 1 });
            Wires[i] = new RecordingPort(Loop);
        }

        for (int i = 0; i < 3; i++)
        {
            Switches[i].AttachPort(1, i == 0 ? HostOne : new Link(this, i, i - 1, 2), new PortOptions());
            Switches[i].AttachPort(2, i == 2 ? HostTwo : new Link(this, i, i + 1, 1), new PortOptions(100_000_000, 64));
            Controllers[i] = new TestController(Switches[i]);
            Controllers[i].SetPipeline(json, Info);
            Configure(Controllers[i], i);
        }

        Switches[2].AttachPort(500, Reports, new PortOptions());
    }

    public EventLoop Loop { get; } = new();

    public P4InfoIndex Info { get; }

    public Switch[] Switches { get; } = new Switch[3];

    public TestController[] Controllers { get; } = new TestController[3];

    /// <summary>What left port 2 of each switch.</summary>
    public RecordingPort[] Wires { get; } = new RecordingPort[3];

    public RecordingPort HostOne { get; }

    public RecordingPort HostTwo { get; }

    public RecordingPort Reports { get; }

    public void Dispose() => Loop.Dispose();

    private void Configure(TestController controller, int index)
    {
        controller.Add(Info, "Ingress.ipv4_lpm", [("hdr.ipv4.dst_addr", "10.0.2.0/24")], "Ingress.set_next_hop", [("dst_mac", "00:00:00:00:02:02"), ("port", 2)]);
        controller.Add(Info, "Ingress.ipv4_lpm", [("hdr.ipv4.dst_addr", "10.0.1.0/24")], "Ingress.set_next_hop", [("dst_mac", "00:00:00:00:01:01"), ("port", 1)]);
        controller.SetDefault(Info, "Egress.int_node", "Egress.set_node", ("node_id", index + 1), ("mtu", 1500));
        if (index == 0)
        {
            controller.Add(Info, "Ingress.int_source_port", [("standard_metadata.ingress_port", "1")], "Ingress.mark_source", []);
            controller.Add(Info, "Ingress.int_watchlist", [("hdr.ipv4.dst_addr", "10.0.2.0&&&0xffffff00")], "Ingress.int_source",
                [("max_hops", 6), ("hop_words", 8), ("instructions", 0xFC00), ("rate", 1)], 10);
        }

        if (index == 2)
        {
            controller.Write(Update.Types.Type.Insert, new Entity
            {
                PacketReplicationEngineEntry = new PacketReplicationEngineEntry
                {
                    CloneSessionEntry = new CloneSessionEntry { SessionId = ReportSession, Replicas = { new P4.V1.Replica { EgressPort = 500 } } },
                },
            });
            controller.Add(Info, "Ingress.int_sink_port", [("standard_metadata.egress_spec", "2")], "Ingress.mark_sink", [("session", ReportSession)]);
            controller.SetDefault(Info, "Egress.int_report", "Egress.set_report",
                ("src_mac", "00:00:00:00:03:00"), ("dst_mac", "00:00:00:00:09:09"), ("src_addr", "10.0.3.254"), ("dst_addr", "10.0.9.9"), ("udp_port", 32766), ("hw_id", 3));
        }
    }

    /// <summary>A wire of 10 us to a port of another switch.</summary>
    private sealed class Link(IntFabric fabric, int from, int to, int port) : IPort, ILoopHandler
    {
        private readonly Queue<byte[]> _flying = new();

        public void Transmit(ReadOnlySpan<byte> frame)
        {
            if (to > from)
            {
                fabric.Wires[from].Transmit(frame);
            }

            _flying.Enqueue(frame.ToArray());
            fabric.Loop.Schedule(fabric.Loop.NowNs + 10_000, this);
        }

        public void OnEvent(long arg) => fabric.Switches[to].Receive(port, _flying.Dequeue());
    }
}
