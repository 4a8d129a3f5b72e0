using Telemetry.Controller.Topologies;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Randomness;
using Telemetry.Lab.Truth;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.Lab.Fabric;

public sealed partial class EmbeddedFabric
{
    private void Connect(Link link, Dictionary<string, SwitchWatch> watches)
    {
        LinkDirection aToB = Direction(link, link.A, link.B);
        LinkDirection bToA = Direction(link, link.B, link.A);
        List<(Switch Switch, int Port)> ends = [];
        Attach(link, link.A, aToB);
        Attach(link, link.B, bToA);
        _links.Add(new FabricLink(link, aToB, bToA, [.. ends]));

        void Attach(Link of, LinkEnd near, LinkDirection away)
        {
            if (_hosts.TryGetValue(near.Device, out Host? host))
            {
                host.Attach(away, of.RateBitsPerSecond);
                return;
            }

            if (_routers.TryGetValue(near.Device, out RouterDevice? router))
            {
                PortTruth egress = new(near.Device, near.Port, of.QueueDepthPackets);
                Truth.Add(egress);
                router.AttachPort(near.Port, away, of.RateBitsPerSecond, egress);
                return;
            }

            Switch owner = _switchByName[near.Device];
            owner.AttachPort(near.Port, away, new PortOptions(of.RateBitsPerSecond, of.QueueDepthPackets));
            PortTruth port = new(near.Device, near.Port, of.QueueDepthPackets);
            Truth.Add(port);
            watches[near.Device].Add(port, toHost: _edgePorts.Contains(near));
            ends.Add((owner, near.Port));
        }
    }

    private LinkDirection Direction(Link link, LinkEnd from, LinkEnd to)
    {
        IFrameSink sink = _hosts.TryGetValue(to.Device, out Host? host)
            ? host
            : _routers.TryGetValue(to.Device, out RouterDevice? router) ? new RouterInlet(router)
            : new SwitchInlet(_switchByName[to.Device], to.Port);
        ulong seed = LabRandom.Derive(_seed, $"loss {from.Device}-p{from.Port}>{to.Device}-p{to.Port}");
        return new LinkDirection(_loop, link.RateBitsPerSecond, link.DelayNs, link.Loss, seed, sink);
    }
}
