using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Fakes;

/// <summary>Fake switches with the topology's wires between them; a frame takes a millisecond.</summary>
internal sealed class FakeNetwork
{
    private readonly HashSet<LinkEnd> _cut = [];

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
                LinkEnd from = new(name, port);
                Link? link = topology.Links.FirstOrDefault(l => l.A == from || l.B == from);
                LinkEnd to = link is null ? default : link.A == from ? link.B : link.A;
                if (link is not null && !_cut.Contains(from) && Switches.TryGetValue(to.Device, out FakeSwitch? peer))
                {
                    time.After(1, () => peer.SendPacketIn(to.Port, frame));
                }
            };
        }
    }

    public SortedDictionary<string, FakeSwitch> Switches { get; } = new(StringComparer.Ordinal);

    /// <summary>Frames that leave this end are lost.</summary>
    public void Cut(string device, int port) => _cut.Add(new LinkEnd(device, port));

    public void Mend(string device, int port) => _cut.Remove(new LinkEnd(device, port));
}
