using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Fakes;

/// <summary>Fake switches with the topology's wires between them; a frame takes a millisecond.</summary>
internal sealed class FakeNetwork
{
    private const int CpuPort = 510;
    private readonly HashSet<LinkEnd> _cut = [];
    private readonly HashSet<string> _hung = [];

    public FakeNetwork(Topology topology, ManualTime time)
    {
        foreach (SwitchNode node in topology.Switches)
        {
            Switches.Add(node.Name, new FakeSwitch());
        }

        foreach ((string name, FakeSwitch fake) in Switches)
        {
            fake.PacketOut = (port, frame) =>
            {
                if (port == CpuPort && EchoesPackets && !_hung.Contains(name))
                {
                    fake.SendPacketIn(CpuPort, frame);
                }

                LinkEnd from = new(name, port);
                LastFrames[from] = frame;
                Link? link = topology.Links.FirstOrDefault(l => l.A == from || l.B == from);
                LinkEnd to = link is null ? default : link.A == from ? link.B : link.A;
                if (link is not null && !_cut.Contains(from) && !_hung.Contains(name) && !_hung.Contains(to.Device) && Switches.TryGetValue(to.Device, out FakeSwitch? peer))
                {
                    time.After(FrameMilliseconds, () => peer.SendPacketIn(to.Port, frame));
                }
            };
        }
    }

    public SortedDictionary<string, FakeSwitch> Switches { get; } = new(StringComparer.Ordinal);

    /// <summary>The last packet-out of each port.</summary>
    public Dictionary<LinkEnd, Google.Protobuf.ByteString> LastFrames { get; } = [];

    /// <summary>What a frame takes over a wire; 1 by default.</summary>
    public int FrameMilliseconds { get; set; } = 1;

    /// <summary>Whether switches send back what is sent to the CPU port.</summary>
    public bool EchoesPackets { get; set; } = true;

    /// <summary>Keeps its streams, and forwards and answers nothing.</summary>
    public void Hang(string device) => _hung.Add(device);

    public void Resume(string device) => _hung.Remove(device);

    /// <summary>Frames that leave this end are lost.</summary>
    public void Cut(string device, int port) => _cut.Add(new LinkEnd(device, port));

    public void Mend(string device, int port) => _cut.Remove(new LinkEnd(device, port));
}
