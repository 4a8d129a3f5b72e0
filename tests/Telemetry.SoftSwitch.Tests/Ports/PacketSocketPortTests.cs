using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Time;
using Telemetry.Wire.Headers;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;
using Switch = Telemetry.SoftSwitch.Switching.Switch;

namespace Telemetry.SoftSwitch.Tests.Ports;

public sealed class PacketSocketPortTests
{
    private static readonly ProgramJson Forward = new ProgramJson().Header("h", "a:8").State("start", Extract("h")).Run("ingress", "forward", null, ToPort(2));

    private static byte[] Frame(int length, int number)
    {
        byte[] frame = [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x88, 0xB5, .. Enumerable.Range(0, length - 14).Select(i => (byte)(i * 7))];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(14), number);
        return frame;
    }

    [InterfaceFact]
    public async Task Poll_InterfaceDownAndUpAgain_IsOneFaultAndFramesComeAgain()
    {
        await using Crossing crossing = await Crossing.StartAsync();
        VethPair.Run("ip", $"link set {crossing.Left.A} down");
        await crossing.Real.Until(() => crossing.Inside.Faults > 0, "the fault of an interface that is down");
        VethPair.Run("ip", $"link set {crossing.Left.A} up");
        await crossing.Real.Until(
            () =>
            {
                crossing.Sender.Transmit(Frame(60, 1)); // some are lost until the link has come up
                return crossing.Listener.Frames.Count > 0;
            },
            "a frame after the interface came up");

        Assert.Equal(Convert.ToHexString(Frame(60, 1)), crossing.Listener.Frames[0]);
        Assert.Equal(1, crossing.Inside.Faults);
    }

    [InterfaceFact]
    public async Task Transmit_ManyFramesThroughASwitch_ArriveUnchangedAndInOrder()
    {
        await using Crossing crossing = await Crossing.StartAsync();
        const int Frames = 3000;
        for (int sent = 0; sent < Frames; sent += 100)
        {
            int first = sent;
            await crossing.Real.Run(() =>
            {
                for (int i = first; i < first + 100; i++)
                {
                    crossing.Sender.Transmit(Frame(60 + (i % 1400), i));
                }
            });
            await crossing.Real.Until(() => crossing.Listener.Frames.Count >= first + 100, $"frame {first + 100} of {Frames}, {crossing.Inside.ReceiveDrops} dropped");
        }

        Assert.Equal(Enumerable.Range(0, Frames).Select(i => Convert.ToHexString(Frame(60 + (i % 1400), i))), crossing.Listener.Frames);
        Assert.Equal((0L, 0L, 0L), (crossing.Inside.ReceiveDrops, crossing.Outside.SendDrops, crossing.Sender.SendDrops));
    }

    [InterfaceFact]
    public async Task Receive_JumboFrames_FitTheRingOrComeThroughTheQueue()
    {
        using VethPair pair = new();
        using RealTimeLoop real = new();
        using Listener small = new(pair.B, real.Loop); // its slots hold 1514 bytes
        pair.SetMtu(9000);
        using Listener jumbo = new(pair.B, real.Loop);
        using PacketSocketPort sender = new(pair.A, real.Loop);
        Assert.Equal(9000, sender.MtuBytes);
        await real.Run(() =>
        {
            sender.Transmit(Frame(9014, 1));
            sender.Transmit(Frame(60, 2));
            sender.Transmit(Frame(9015, 3));
            sender.Transmit(Frame(1515, 4));
        });
        string[] expected = [.. new[] { (9014, 1), (60, 2), (1515, 4) }.Select(f => Convert.ToHexString(Frame(f.Item1, f.Item2)))];
        foreach (Listener listener in (Listener[])[small, jumbo])
        {
            await real.Until(() => listener.Frames.Count >= 3, "three frames");
            Assert.Equal(expected, listener.Frames);
        }

        Assert.Equal(1, sender.SendDrops); // the one above the MTU
    }

    [InterfaceFact]
    public async Task Receive_ChecksumLeftToHardware_IsCompleted()
    {
        using VethPair pair = new();
        using RealTimeLoop real = new();
        using Listener listener = new(pair.B, real.Loop, etherType: 0x0800);
        VethPair.Run("ip", $"addr add 203.0.113.1/24 dev {pair.A}");
        VethPair.Run("ip", $"neigh add 203.0.113.2 lladdr 02:00:00:00:00:02 dev {pair.A}");
        using UdpClient client = new(new IPEndPoint(IPAddress.Parse("203.0.113.1"), 0));
        await client.SendAsync("payload"u8.ToArray(), new IPEndPoint(IPAddress.Parse("203.0.113.2"), 4000));
        await real.Until(() => listener.Frames.Count > 0, "the datagram");
        byte[] frame = Convert.FromHexString(listener.Frames[0]);
        Assert.Equal("payload"u8.ToArray(), frame[^7..]);
        ulong pseudo = InternetChecksum.PseudoHeader(BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(26)), BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(30)), 17, 15);
        Assert.Equal(0, InternetChecksum.Compute(frame.AsSpan(34), pseudo));
    }

    [InterfaceFact]
    public async Task Receive_TaggedFrames_KeepTheirTags()
    {
        using VethPair pair = new();
        using RealTimeLoop real = new();
        using Listener listener = new(pair.B, real.Loop, etherType: 0);
        using PacketSocketPort sender = new(pair.A, real.Loop);
        byte[] tagged = [.. Frame(60, 1)[..12], 0x81, 0x00, 0x60, 0x64, .. Frame(60, 1)[12..]];
        byte[] twice = [.. Frame(1514, 2)[..12], 0x88, 0xA8, 0x00, 0x07, 0x81, 0x00, 0x60, 0x64, .. Frame(1506, 2)[12..]];
        await real.Run(() =>
        {
            sender.Transmit(tagged);
            sender.Transmit(twice);
        });
        await real.Until(() => listener.Frames.Count == 2, "two frames");
        Assert.Equal([Convert.ToHexString(tagged), Convert.ToHexString(twice)], listener.Frames); // the kernel takes the outer tag off
    }

    [InterfaceFact]
    public async Task ReceiveDrops_RingFull_CountsWhatTheKernelDropped()
    {
        using VethPair pair = new();
        using RealTimeLoop real = new();
        using PacketSocketPort sender = new(pair.A, real.Loop);
        using PacketSocketPort idle = new(pair.B, real.Loop); // not started: nobody empties its ring
        await real.Run(() =>
        {
            for (int i = 0; i < 20_000; i++) // twice what the largest ring holds
            {
                sender.Transmit(Frame(60, i));
            }
        });
        Assert.InRange(idle.ReceiveDrops, 1, 20_000);
        Assert.Equal(idle.ReceiveDrops, idle.ReceiveDrops);
        Assert.Equal(0, sender.SendDrops);
    }

    [InterfaceFact]
    public async Task Dispose_WhileTheLoopRuns_EndsReceiving()
    {
        using VethPair pair = new();
        using RealTimeLoop real = new();
        using PacketSocketPort sender = new(pair.A, real.Loop);
        Listener listener = new(pair.B, real.Loop);
        await real.Run(() => sender.Transmit(Frame(60, 1)));
        await real.Until(() => listener.Frames.Count == 1, "a frame");
        listener.Dispose();
        await real.Run(() => sender.Transmit(Frame(60, 2)));
        await real.Run(() => { });
        Assert.Single(listener.Frames);
    }

    [InterfaceFact]
    public void Open_NoSuchInterface_SaysWhich()
    {
        using EventLoop loop = new();
        Assert.Equal("interface nowhere0: no such interface", Assert.Throws<IOException>(() => new PacketSocketPort("nowhere0", loop)).Message);
    }

    private static Switch Make(EventLoop loop, params (int Port, IPort Wire)[] ports)
    {
        Switch made = new(loop, new SwitchOptions { Name = "s1" });
        foreach ((int port, IPort wire) in ports)
        {
            made.AttachPort(port, wire, new PortOptions());
        }

        made.LoadProgram(SwitchProgram.Load(Forward.Bytes));
        return made;
    }

    /// <summary>A switch between two virtual cables: what the sender puts on the left one, the listener hears on the right one.</summary>
    private sealed class Crossing : IAsyncDisposable
    {
        private Crossing()
        {
            Inside = new PacketSocketPort(Left.A, Real.Loop);
            Outside = new PacketSocketPort(Right.A, Real.Loop);
            Sender = new PacketSocketPort(Left.B, Real.Loop);
            Listener = new Listener(Right.B, Real.Loop);
        }

        public VethPair Left { get; } = new();

        public VethPair Right { get; } = new();

        public RealTimeLoop Real { get; } = new();

        public PacketSocketPort Inside { get; }

        public PacketSocketPort Outside { get; }

        public PacketSocketPort Sender { get; }

        public Listener Listener { get; }

        public static async Task<Crossing> StartAsync()
        {
            Crossing made = new();
            await made.Real.Run(() =>
            {
                Switch forwarding = Make(made.Real.Loop, (1, made.Inside), (2, made.Outside));
                made.Inside.Start(forwarding, 1);
                made.Outside.Start(forwarding, 2);
            });
            return made;
        }

        public ValueTask DisposeAsync()
        {
            Listener.Dispose();
            Sender.Dispose();
            Outside.Dispose();
            Inside.Dispose();
            Real.Dispose();
            Right.Dispose();
            Left.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Collects what arrives at an interface, by way of a switch that passes everything on. The kernel's own frames are left out.</summary>
    private sealed class Listener : IPort, IDisposable
    {
        private readonly int _etherType;
        private readonly PacketSocketPort _port;

        public Listener(string name, EventLoop loop, int etherType = 0x88B5)
        {
            _etherType = etherType;
            _port = new PacketSocketPort(name, loop);
            loop.Post(() => _port.Start(Make(loop, (1, _port), (2, this)), 1));
        }

        public List<string> Frames { get; } = [];

        public void Transmit(ReadOnlySpan<byte> frame)
        {
            if (_etherType == 0 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == _etherType)
            {
                Frames.Add(Convert.ToHexString(frame));
            }
        }

        public void Dispose() => _port.Dispose();
    }
}
