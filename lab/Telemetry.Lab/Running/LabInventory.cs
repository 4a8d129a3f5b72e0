using Telemetry.Collector.Contracts;
using Telemetry.Collector.Polling;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Reports;
using Topology = Telemetry.Controller.Topologies.Topology;

namespace Telemetry.Lab.Running;

/// <summary>A topology as the collector's tiers want it.</summary>
public static class LabInventory
{
    /// <summary>Devices, ports with their limits, and links of a topology.</summary>
    /// <param name="topology">Any.</param>
    /// <param name="sharedClock">True when all switches stamp from one clock, as on one machine.</param>
    public static Inventory Of(Topology topology, bool sharedClock)
    {
        ArgumentNullException.ThrowIfNull(topology);
        Inventory inventory = new() { Name = topology.Name, SharedClock = sharedClock };
        HashSet<string> switches = [.. topology.Switches.Select(s => s.Name)];
        inventory.Devices.AddRange(topology.Switches.Select(s => new Inventory.Types.Device
        {
            Name = s.Name,
            Kind = KindOf(s),
            NodeId = s.RunsP4 ? (uint)s.NodeId : 0,
            Layer = (uint)s.Layer,
            Cluster = s.Cluster,
        }));
        inventory.Devices.AddRange(topology.Hosts.Select(h => new Inventory.Types.Device
        {
            Name = h.Name,
            Kind = DeviceKind.Host,
            Address = h.Address.ToString(),
            Cluster = ClusterOf(topology, h),
        }));
        foreach (Link link in topology.Links)
        {
            AddPort(link, link.A);
            AddPort(link, link.B);
            inventory.Links.Add(new Inventory.Types.Link
            {
                A = link.A.Device,
                APort = (uint)link.A.Port,
                B = link.B.Device,
                BPort = (uint)link.B.Port,
                RateBps = (ulong)link.RateBitsPerSecond,
                DelayNs = (ulong)link.DelayNs,
            });
        }

        return inventory;

        void AddPort(Link link, LinkEnd end)
        {
            if (switches.Contains(end.Device))
            {
                inventory.Ports.Add(new Inventory.Types.Port
                {
                    Device = end.Device,
                    Port_ = (uint)end.Port,
                    RateBps = (ulong)link.RateBitsPerSecond,
                    QueueCapacity = (uint)link.QueueDepthPackets,
                });
            }
        }
    }

    /// <summary>How the reports of a program are read.</summary>
    public static ReportProfile ReportsOf(P4Program program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ProgramDecoding decoding = program.Description.Decoding;
        return ReportProfile.Default with
        {
            IntDscp = decoding.IntDscp,
            IntUdpPort = (ushort)decoding.IntUdpPort,
            IntAfterTcpOptions = decoding.IntAfterTcpOptions,
            DropReasons = decoding.DropReasons,
        };
    }

    /// <summary>How to read the counters of a switch's ports that links are attached to.</summary>
    internal static SwitchPollerOptions PollerOptions(Topology topology, SwitchNode node) => new()
    {
        Switch = node.Name,
        DeviceId = (ulong)node.NodeId,
        Ports = [.. topology.Links.SelectMany(l => new[] { l.A, l.B }).Where(e => e.Device == node.Name).Select(e => (uint)e.Port)],
    };

    /// <summary>What kind of device a node of the data plane is.</summary>
    internal static DeviceKind KindOf(SwitchNode node) => node.RunsP4 ? DeviceKind.Switch : node.Role switch
    {
        SwitchRole.Firewall => DeviceKind.Firewall,
        _ => DeviceKind.Router,
    };

    private static string ClusterOf(Topology topology, HostNode host)
    {
        Link? link = topology.Links.FirstOrDefault(l => l.A.Device == host.Name || l.B.Device == host.Name);
        string? at = link is null ? null : link.A.Device == host.Name ? link.B.Device : link.A.Device;
        return topology.Switches.FirstOrDefault(s => s.Name == at)?.Cluster ?? "";
    }
}
