using System.Buffers.Binary;
using System.Globalization;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.SoftSwitch.Ports;
using Telemetry.Wire.Headers;

namespace Telemetry.Cli.Benchmarks;

/// <summary>A program, the entries that make it forward from port 1 to port 2, and the frames to forward.</summary>
/// <param name="Program">What the switch runs.</param>
/// <param name="Entries">Its tables.</param>
/// <param name="Frames">64 frames to 64 destinations, sent in turn.</param>
internal sealed record SwitchWorkload(P4Program Program, IReadOnlyList<P4Update> Entries, byte[][] Frames)
{
    public const int InPort = 1;
    public const int OutPort = 2;
    private const int Destinations = 64;
    private const int EthernetSize = 14;
    private const int Ipv4Size = 20;
    private const int UdpSize = 8;

    public static string[] Names { get; } = ["l3", "int"];

    /// <summary>"l3": routing by prefix, checksum verified and updated. "int": packets that carry INT, at a switch in the middle of their way.</summary>
    /// <exception cref="CommandException">The checkout is missing.</exception>
    public static SwitchWorkload Load(string name, int bytes) => name == "l3"
        ? Routing(P4Program.Load(Path.Combine(Checkout.Root(), "tests", "data", "p4", "l3_lpm")), bytes)
        : IntTransit(bytes);

    /// <summary>Name of the figure in memory.</summary>
    public string ResultName(int workers) => string.Create(
        CultureInfo.InvariantCulture, $"{(Program.Name == "int" ? "int-transit" : "l3")}-memory-{workers}{(workers == 1 ? "core" : "workers")}");

    /// <summary>Routing by prefix with a program that has the tables of "l3".</summary>
    public static SwitchWorkload Routing(P4Program program, int bytes)
    {
        ProgramTable routes = program.Table("routes");
        return new SwitchWorkload(
            program,
            [.. Enumerable.Range(0, Destinations).Select(i => P4Update.Insert(routes.Entry(
                m => m.Lpm("hdr.ipv4.dst_addr", $"10.0.{i}.0/24"), a => a.Call("route", ("next_hop", "02:00:00:00:00:02"), ("port", OutPort)))))],
            UdpFrames(bytes));
    }

    private static SwitchWorkload IntTransit(int bytes)
    {
        P4Program program = P4Program.Load(Path.Combine(Checkout.Root(), "p4", "int"));
        List<P4Update> transit =
        [
            .. Enumerable.Range(0, Destinations).Select(i => P4Update.Insert(program.Table("Ingress.ipv4_lpm").Entry(
                m => m.Lpm("hdr.ipv4.dst_addr", $"10.0.{i}.0/24"), a => a.Call("Ingress.set_next_hop", ("dst_mac", "02:00:00:00:00:02"), ("port", OutPort))))),
            P4Update.Modify(program.Table("Egress.int_node").Default(a => a.Call("Egress.set_node", ("node_id", 1), ("mtu", 1500)))),
        ];
        List<P4Update> source =
        [
            .. transit,
            P4Update.Insert(program.Table("Ingress.int_source_port").Entry(m => m.Exact("standard_metadata.ingress_port", InPort), a => a.Call("Ingress.mark_source"))),
            P4Update.Insert(program.Table("Ingress.int_watchlist").Entry(
                m => m.Ternary("hdr.ipv4.dst_addr", "10.0.0.0", "255.255.0.0"),
                a => a.Call("Ingress.int_source", ("max_hops", 6), ("hop_words", 8), ("instructions", 0xFC00), ("rate", 1)),
                priority: 10)),
        ];

        // A source switch makes the frames, so that they are what the program itself writes.
        FrameList sent = new();
        using MemorySwitch made = MemorySwitch.Create(program, source, sent);
        foreach (byte[] frame in UdpFrames(bytes))
        {
            made.Switch.Receive(InPort, frame);
        }

        return sent.Frames.Count == Destinations && sent.Frames[0].Length > bytes
            ? new SwitchWorkload(program, transit, [.. sent.Frames])
            : throw new CommandException($"the INT source sent {sent.Frames.Count} of {Destinations} frames with INT");
    }

    private static byte[][] UdpFrames(int bytes) => [.. Enumerable.Range(0, Destinations).Select(i => UdpFrame(bytes, 0x0A000001u | (uint)(i << 8)))];

    private static byte[] UdpFrame(int bytes, uint destination)
    {
        byte[] frame = new byte[bytes];
        (frame[0], frame[5], frame[6], frame[11]) = (0x02, 1, 0x02, 9);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), (ushort)EtherType.Ipv4);
        Span<byte> ip = frame.AsSpan(EthernetSize);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[8] = 64;
        ip[9] = (byte)IpProtocol.Udp;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], 0x0A640009);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], destination);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Compute(ip[..Ipv4Size]));
        Span<byte> udp = ip[Ipv4Size..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, 5_000);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], 6_000);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)(bytes - EthernetSize - Ipv4Size));
        return bytes >= EthernetSize + Ipv4Size + UdpSize ? frame : throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "no room for the headers");
    }

    private sealed class FrameList : IPort
    {
        public List<byte[]> Frames { get; } = [];

        public void Transmit(ReadOnlySpan<byte> frame) => Frames.Add(frame.ToArray());
    }
}
