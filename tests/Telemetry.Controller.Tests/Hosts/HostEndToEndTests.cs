using System.Net;
using Telemetry.Controller.App;
using Telemetry.Controller.Client;
using Telemetry.Controller.Hosts;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Tests.Targets;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.Tests.Hosts;

/// <summary>Hosts that ask for each other, on a switch that a controller programs, on every switch that is here.</summary>
public sealed class HostEndToEndTests
{
    private const ulong First = 0x0800_0000_0101;
    private const ulong Second = 0x0800_0000_0202;
    private const ulong Stranger = 0x0800_0000_0303;

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Arp_AnswersLearnsRoutesAndFollows(string target)
    {
        await using LiveSwitch live = await LiveSwitch.StartAsync(target, "--priority-queues", "8");
        (ControllerApp app, Grpc.Net.Client.GrpcChannel channel) = await ControlAsync(live);
        await using (app)
        {
            await using DataPlane ports = await live.OpenPortsAsync();
            List<string> events = [];
            app.HostChanged += (what, host) =>
            {
                lock (events)
                {
                    events.Add($"{what} {host}");
                }
            };

            // One host of the topology asks for the other, and for its gateway.
            await ports.SendAsync(1, Frames.Arp(First, "10.0.1.1", "10.0.2.2"));
            Assert.Equal(Frames.Arp(Second, "10.0.2.2", "10.0.1.1", isReply: true, First), await ArpAsync(ports, 1));
            await ports.SendAsync(1, Frames.Arp(First, "10.0.1.1", "10.0.1.10"));
            Assert.Equal(Frames.Arp(0x0200_0001_0001, "10.0.1.10", "10.0.1.1", isReply: true, First), await ArpAsync(ports, 1));

            // One that the topology does not have tells of itself, and gets packets.
            await ports.SendAsync(3, Frames.Arp(Stranger, "10.0.3.3", "10.0.3.3"));
            await DeliveredAsync(ports, Frames.Udp("10.0.1.1", "10.0.3.3"), 3, Stranger);
            await ports.SendAsync(1, Frames.Arp(First, "10.0.1.1", "10.0.3.3"));
            Assert.Equal(Frames.Arp(Stranger, "10.0.3.3", "10.0.1.1", isReply: true, First), await ArpAsync(ports, 1));

            // It moves, and packets follow.
            await ports.SendAsync(4, Frames.Arp(Stranger, "10.0.3.3", "10.0.3.3"));
            await DeliveredAsync(ports, Frames.Udp("10.0.1.1", "10.0.3.3"), 4, Stranger);
            Assert.Equal(1, app.Hosts.Single(h => h.Address.Equals(IPAddress.Parse("10.0.3.3"))).Moves);

            // Somebody else claims an address of the topology.
            await ports.SendAsync(4, Frames.Arp(0x0800_0000_0666, "10.0.2.2", "10.0.2.2"));
            await LiveSwitch.UntilAsync(() => Count(events, "Conflict 10.0.2.2 08:00:00:00:06:66 at s1-p4") == 1, "a conflict");
            Assert.Equal(1, Count(events, "Learned 10.0.3.3 08:00:00:00:03:03 at s1-p3"));
            Assert.Equal(1, Count(events, "Moved 10.0.3.3 08:00:00:00:03:03 at s1-p4"));

            // An address that nobody has told of: other hosts are asked, and who has it answers through the controller.
            await ports.SendAsync(1, Frames.Arp(First, "10.0.1.1", "10.0.2.77"));
            Assert.Equal(Frames.Arp(First, "10.0.1.1", "10.0.2.77"), await ArpAsync(ports, 2));
            await ports.SendAsync(2, Frames.Arp(0x0800_0000_0777, "10.0.2.77", "10.0.1.1", isReply: true, First));
            Assert.Equal(Frames.Arp(0x0800_0000_0777, "10.0.2.77", "10.0.1.1", isReply: true, First), await ArpAsync(ports, 1));
            await DeliveredAsync(ports, Frames.Udp("10.0.1.1", "10.0.2.77"), 2, 0x0800_0000_0777); // the port's second host
            await DeliveredAsync(ports, Frames.Udp("10.0.1.1", "10.0.2.2"), 2, Second);
        }

        channel.Dispose();
    }

    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task NeighbourDiscovery_AnswersLearnsAndRoutes(string target)
    {
        await using LiveSwitch live = await LiveSwitch.StartAsync(target, "--priority-queues", "8");
        (ControllerApp app, Grpc.Net.Client.GrpcChannel channel) = await ControlAsync(live);
        await using (app)
        {
            await using DataPlane ports = await live.OpenPortsAsync();
            await ports.SendAsync(1, Frames.Solicitation(First, "2001:db8::1", "2001:db8::2"));
            await ports.SendAsync(2, Frames.Solicitation(Second, "2001:db8::2", "2001:db8::1"));
            (int Port, byte[] Frame)? answer = null;
            await LiveSwitch.UntilAsync(
                () => (answer = ports.Take((port, frame) => port == 2 && frame.Length == 86 && frame[54] == 136)) is not null, "an advertisement");
            Assert.True(Frames.HasGoodChecksum(answer!.Value.Frame));
            Assert.True(HostMessage.TryRead(answer.Value.Frame, out HostMessage said));
            Assert.Equal((IPAddress.Parse("2001:db8::1"), First), (said.Sender, said.SenderMac));
            await DeliveredAsync(ports, Frames.Udp("2001:db8::1", "2001:db8::2"), 2, Second);
            Assert.Equal(["2001:db8::1 08:00:00:00:01:01 at s1-p1", "2001:db8::2 08:00:00:00:02:02 at s1-p2"], app.Hosts.Select(h => h.ToString()));
        }

        channel.Dispose();
    }

    private static async Task<(ControllerApp App, Grpc.Net.Client.GrpcChannel Channel)> ControlAsync(LiveSwitch live)
    {
        Topology topology = Networks.Parse("""
            {"hosts": {"h1": {"ip": "10.0.1.1/24", "mac": "08:00:00:00:01:01", "commands": ["route add default gw 10.0.1.10 dev eth0"]},
                       "h2": {"ip": "10.0.2.2/24", "mac": "08:00:00:00:02:02"}},
             "switches": {"s1": {}}, "links": [["h1", "s1-p1"], ["h2", "s1-p2"]]}
            """);
        Grpc.Net.Client.GrpcChannel channel = SwitchChannel.Create(live.Address);
        ControllerApp app = new(
            topology,
            new ControllerOptions { Program = P4Program.Load(Path.Combine(Checkout.Root, "p4", "basic")), Hosts = new HostOptions() },
            TimeProvider.System,
            _ => channel.CreateCallInvoker());
        await app.StartAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (app, channel);
    }

    private static int Count(List<string> events, string line)
    {
        lock (events)
        {
            return events.Count(e => e == line);
        }
    }

    private static async Task<byte[]> ArpAsync(DataPlane ports, int at)
    {
        (int Port, byte[] Frame)? found = null;
        await LiveSwitch.UntilAsync(
            () => (found = ports.Take((port, frame) => port == at && EthernetHeader.TryRead(frame, out EthernetHeader header) && header.EtherType == EtherType.Arp)) is not null,
            $"ARP out of port {at}");
        return found!.Value.Frame;
    }

    /// <summary>Sends a packet into port 1 until it leaves another port towards a MAC address: routes take a moment.</summary>
    private static async Task DeliveredAsync(DataPlane ports, byte[] frame, int at, ulong mac)
    {
        for (int attempt = 0; attempt < 600; attempt++)
        {
            await ports.SendAsync(1, frame);
            await Task.Delay(20);
            if (ports.Take((port, left) => port == at && left.Length == frame.Length && MacAddress.Read(left) == mac) is not null)
            {
                return;
            }
        }

        Assert.Fail($"nothing left port {at} towards {MacAddress.Format(mac)}");
    }
}
