using System.Buffers.Binary;
using System.Net;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Tests.Fabric;

public sealed class RouterDeviceTests : IDisposable
{
    private static readonly Topology s_topology = new(
        "pair",
        [
            new("f", 7, 1, null, null, null, "c1", Role: SwitchRole.Firewall)
            {
                Rules =
                [
                    new() { Allow = true, Protocol = 17, DestinationPorts = new(5000, 5000) },
                    new() { Allow = false, Protocol = 17, Destination = new(new IPAddress([10, 0, 2, 0]), 24) },
                ],
            },
        ],
        [
            new("h1", IPAddress.Parse("10.0.1.1"), 24, "08:00:00:00:01:01", []),
            new("h2", IPAddress.Parse("10.0.2.1"), 24, "08:00:00:00:02:01", []),
        ],
        [
            new(new("h1", 0), new("f", 1), 0, 0, 0, 4),
            new(new("h2", 0), new("f", 2), 1_000_000, 0, 0, 4),
        ]);

    private readonly EventLoop _loop = new();
    private readonly Collected _received;
    private readonly RouterDevice _firewall;
    private readonly PortTruth _port = new("f", 2, 4);

    public RouterDeviceTests()
    {
        _received = new Collected(_loop);
        _firewall = new RouterDevice(_loop, s_topology.Switches[0]);
        _firewall.AttachPort(1, new LinkDirection(_loop, 0, 0, 0, 1, _received), 0, new PortTruth("f", 1, 4));
        _firewall.AttachPort(2, new LinkDirection(_loop, 1_000_000, 0, 0, 1, _received), 1_000_000, _port);
        _firewall.SetRoutes(s_topology, SwitchRoutes.Compute(s_topology, _ => true));
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void Receive_AllowedPacket_GoesOnWithNewAddressesLowerTtlAndAGoodChecksum()
    {
        // Identifications run over every checksum that one can have, also those that carry.
        for (int i = 0; i < 65_536; i++)
        {
            byte[] sent = Frame(5000, (ushort)i);
            _firewall.Receive(sent);
            _loop.RunUntil(_loop.NowNs + 10_000_000, CancellationToken.None);
            byte[] got = _received.Frames[^1].Frame;
            Assert.Equal(sent[22] - 1, got[22]);
            BinaryPrimitives.WriteUInt16BigEndian(sent.AsSpan(24), 0);
            sent[22]--;
            Assert.Equal(InternetSum.Finish(InternetSum.Of(sent.AsSpan(14, 20))), BinaryPrimitives.ReadUInt16BigEndian(got.AsSpan(24)));
        }

        Assert.Equal(["08-00-00-00-02-01", PortMac.Of(7, 2).Replace(':', '-').ToUpperInvariant()], new[] { 0, 6 }.Select(at => BitConverter.ToString(_received.Frames[^1].Frame, at, 6)));
        Assert.Equal(65_536, _firewall.Forwarded);
    }

    [Fact]
    public void Receive_PacketThatARuleDrops_EndsHereAndIsCounted()
    {
        _firewall.Receive(Frame(5001, 1));
        _loop.RunUntil(1_000_000_000, CancellationToken.None);
        Assert.Empty(_received.Frames);
        Assert.Equal([0L, 1L], _firewall.RuleDrops);
    }

    [Fact]
    public void Receive_LastTtlDamagedForeignOrUnroutable_EndsHereAndIsCounted()
    {
        byte[] last = Frame(5000, 1);
        last[22] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(last.AsSpan(24), 0);
        BinaryPrimitives.WriteUInt16BigEndian(last.AsSpan(24), InternetSum.Finish(InternetSum.Of(last.AsSpan(14, 20))));
        _firewall.Receive(last);
        byte[] damaged = Frame(5000, 1);
        damaged[20] ^= 1;
        _firewall.Receive(damaged);
        byte[] foreign = Frame(5000, 1);
        foreign[12] = 0x86;
        _firewall.Receive(foreign);
        _firewall.Receive(Frame(5000, 1, 0x0A000901));
        Assert.Equal((1L, 2L, 1L, 0L), (_firewall.Expired, _firewall.Refused, _firewall.Unroutable, _firewall.Forwarded));
    }

    [Fact]
    public void Receive_MoreThanTheLineTakes_QueueHoldsItsDepthAndDropsTheRest()
    {
        for (int i = 0; i < 10; i++)
        {
            _firewall.Receive(Frame(5000, (ushort)i));
        }

        _loop.RunUntil(1_000_000_000, CancellationToken.None);
        Assert.Equal((5, 5L), (_received.Frames.Count, _port.TailDrops)); // one on the wire and four that wait
    }

    private static byte[] Frame(ushort port, ushort identification, uint destination = 0x0A000201) => new FrameTemplate(
        new FlowKey(0x0A000101, destination, 17, 4000, port), new byte[6], new byte[6], identification).Udp(100, 1, 0).ToArray();
}
