using System.Buffers.Binary;
using System.Globalization;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Truth;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Fabric;

/// <summary>
/// A router or firewall without P4: checks an IPv4 packet, asks its rules, counts the TTL down and sends it on by its
/// routes, through queues like a switch's. INT of packets that pass is payload to it.
/// </summary>
internal sealed class RouterDevice
{
    private const int Ethernet = 14;
    private const int Ipv4 = 20;
    private readonly EventLoop _loop;
    private readonly SwitchNode _node;
    private readonly Dictionary<int, RouterPort> _ports = [];
    private readonly Dictionary<uint, (int Port, byte[] Mac)[]> _routes = [];
    private readonly long[] _ruleDrops;
    private readonly byte[] _frame = new byte[2048];

    /// <summary>Creates a device without ports and routes.</summary>
    public RouterDevice(EventLoop loop, SwitchNode node)
    {
        _loop = loop;
        _node = node;
        _ruleDrops = new long[node.Rules.Count];
    }

    /// <summary>As the topology has it.</summary>
    public SwitchNode Node => _node;

    /// <summary>Packets sent on.</summary>
    public long Forwarded { get; private set; }

    /// <summary>Packets that its rules dropped.</summary>
    public long Denied => _ruleDrops.Sum();

    /// <summary>Packets whose TTL ended here.</summary>
    public long Expired { get; private set; }

    /// <summary>Packets without a route.</summary>
    public long Unroutable { get; private set; }

    /// <summary>Frames that are no IPv4, or whose header is damaged.</summary>
    public long Refused { get; private set; }

    /// <summary>Packets that each rule dropped, in the rules' order.</summary>
    public IReadOnlyList<long> RuleDrops => _ruleDrops;

    /// <summary>Attaches a link's near end.</summary>
    public void AttachPort(int port, LinkDirection away, long rateBitsPerSecond, PortTruth truth) =>
        _ports.Add(port, new RouterPort(away, rateBitsPerSecond, truth, MacOf(PortMac.Of(_node.NodeId, port))));

    /// <summary>Takes the routes of a plan: a way for every host, several of equal cost shared by flow.</summary>
    public void SetRoutes(Topology topology, SwitchRoutes routes)
    {
        Dictionary<int, byte[]> macs = [];
        foreach (Link link in topology.Links)
        {
            Look(link.A, link.B);
            Look(link.B, link.A);
        }

        _routes.Clear();
        foreach (HostNode host in topology.Hosts)
        {
            IReadOnlyList<int> ports = routes.Ports(_node.Name, host.Name);
            if (ports.Count > 0)
            {
                _routes[Traffic.FlowKey.ToUInt32(host.Address)] = [.. ports.Select(p => (p, macs[p]))];
            }
        }

        void Look(LinkEnd near, LinkEnd far)
        {
            if (near.Device == _node.Name)
            {
                macs[near.Port] = MacOf(topology.Hosts.FirstOrDefault(h => h.Name == far.Device)?.Mac
                    ?? PortMac.Of(topology.Switches.First(s => s.Name == far.Device).NodeId, far.Port));
            }
        }
    }

    /// <summary>Takes a frame from one of its links.</summary>
    public void Receive(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Ethernet + Ipv4 || frame.Length > _frame.Length
            || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800 || frame[Ethernet] >> 4 != 4
            || (frame[Ethernet] & 15) < 5 || frame.Length < Ethernet + ((frame[Ethernet] & 15) * 4)
            || !InternetSum.IsValid(InternetSum.Of(frame.Slice(Ethernet, (frame[Ethernet] & 15) * 4))))
        {
            Refused++;
            return;
        }

        if (frame[Ethernet + 8] <= 1)
        {
            Expired++;
            return;
        }

        uint source = BinaryPrimitives.ReadUInt32BigEndian(frame[(Ethernet + 12)..]);
        uint destination = BinaryPrimitives.ReadUInt32BigEndian(frame[(Ethernet + 16)..]);
        byte protocol = frame[Ethernet + 9];
        int l4 = Ethernet + ((frame[Ethernet] & 15) * 4);
        bool hasPorts = protocol is 6 or 17 && frame.Length >= l4 + 4;
        ushort from = hasPorts ? BinaryPrimitives.ReadUInt16BigEndian(frame[l4..]) : (ushort)0;
        ushort to = hasPorts ? BinaryPrimitives.ReadUInt16BigEndian(frame[(l4 + 2)..]) : (ushort)0;
        for (int i = 0; i < _node.Rules.Count; i++)
        {
            if (_node.Rules[i].Matches(source, destination, protocol, from, to))
            {
                if (_node.Rules[i].Allow)
                {
                    break;
                }

                _ruleDrops[i]++;
                return;
            }
        }

        if (!_routes.TryGetValue(destination, out (int Port, byte[] Mac)[]? ways))
        {
            Unroutable++;
            return;
        }

        uint hash = unchecked(((source * 0x9E3779B1u) ^ destination ^ ((uint)from << 16) ^ to) * 0x85EBCA77u);
        (int port, byte[] mac) = ways[(int)((hash >> 16) % (uint)ways.Length)];
        Span<byte> copy = _frame.AsSpan(0, frame.Length);
        frame.CopyTo(copy);
        mac.CopyTo(copy);
        _ports[port].Mac.CopyTo(copy[6..]);
        copy[Ethernet + 8]--;

        // RFC 1624: the sum grows by what the TTL's word shrank by. All ones become zero, as a checksum made anew would be:
        // P4 programs compare the two.
        Span<byte> checksum = copy.Slice(Ethernet + 10, 2);
        uint sum = BinaryPrimitives.ReadUInt16BigEndian(checksum) + 0x0100u;
        BinaryPrimitives.WriteUInt16BigEndian(checksum, (ushort)(sum + (sum >= 0xFFFF ? 1u : 0)));
        Forwarded += _ports[port].Send(copy, _loop.NowNs) ? 1 : 0;
    }

    private static byte[] MacOf(string text) =>
        [.. text.Split(':').Select(b => byte.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
}
