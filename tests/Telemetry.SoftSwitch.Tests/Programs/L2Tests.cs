using P4.V1;
using Telemetry.SoftSwitch.Tests.Programs.Targets;

namespace Telemetry.SoftSwitch.Tests.Programs;

/// <summary>p4/l2: unknown senders become digests, unknown receivers are flooded.</summary>
public sealed class L2Tests
{
    private static byte[] Frame(ulong destination, ulong source, ushort etherType = 0x88B5) =>
        [.. Convert.FromHexString($"{destination:X12}{source:X12}{etherType:X4}"), .. new byte[46]];

    private static async Task<ProgramTarget> StartAsync(string target) => (await ProgramTarget.StartAsync(target, "l2")).Group(1, 1, 2, 3, 4);

    private static void WantDigests(ProgramTarget node) => node.Write(Update.Types.Type.Insert, new Entity
    {
        DigestEntry = new DigestEntry
        {
            DigestId = node.Info.Digests.Get("mac_learn_t").Id,
            Config = new DigestEntry.Types.Config { MaxListSize = 1, AckTimeoutNs = 1_000_000_000 },
        },
    });

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Dmac_KnownUnknownAndDropped(string target)
    {
        await using ProgramTarget node = await StartAsync(target);
        node.Add("Ingress.dmac", "hdr.ethernet.dst_addr=02:00:00:00:00:02", "Ingress.forward", ("port", 2))
            .Add("Ingress.dmac", "hdr.ethernet.dst_addr=02:00:00:00:00:66", "Ingress.drop");
        Assert.Equal([2, 3, 4], (await node.SendAsync(1, Frame(0x020000000009, 0x020000000001), 3)).Select(f => f.Port));
        (int port, byte[] frame) = await node.ThroughAsync(1, Frame(0x020000000002, 0x020000000001));
        Assert.Equal(2, port);
        Assert.Equal(Frame(0x020000000002, 0x020000000001), frame);
        await node.SendAsync(1, Frame(0x020000000066, 0x020000000001), 0);
        await node.SendAsync(2, Frame(0x020000000002, 0x020000000001), 0);
        await node.SendAsync(2, [1, 2, 3], 0);
        Assert.Equal([1L, 1L, 1L], new[] { 60, 43, 70 }.Select(r => node.Packets("Ingress.drops", r)));
        Assert.Equal(3, node.Packets("Ingress.port_rx", 1));
        Assert.Equal(1, node.Packets("Egress.port_tx", 3));
    }

    [Theory, MemberData(nameof(Targets.Targets.All), MemberType = typeof(Targets.Targets))]
    public async Task Smac_UnknownSender_IsLearnedOnceItsEntryIsThere(string target)
    {
        await using ProgramTarget node = await StartAsync(target);
        WantDigests(node);
        await node.SendAsync(3, Frame(0xFFFFFFFFFFFF, 0x020000000007), 3);
        StreamMessageResponse message = await node.MessageAsync(m => m.Digest is not null);
        P4StructLike learned = new(Assert.Single(message.Digest.Data));
        Assert.Equal((0x020000000007ul, 3ul), (learned[0], learned[1]));

        node.Add("Ingress.smac", "hdr.ethernet.src_addr=02:00:00:00:00:07 standard_metadata.ingress_port=3", "NoAction");
        await node.SendAsync(3, Frame(0xFFFFFFFFFFFF, 0x020000000007), 3);
        await node.SendAsync(3, Frame(0xFFFFFFFFFFFF, 0x030000000007), 3); // a group address is nobody's
        await node.SendAsync(4, Frame(0xFFFFFFFFFFFF, 0x020000000007), 3); // it moved
        StreamMessageResponse moved = await node.MessageAsync(m => m.Digest is not null && new P4StructLike(m.Digest.Data[0])[1] == 4);
        Assert.Equal(0x020000000007ul, new P4StructLike(moved.Digest.Data[0])[0]);
        Assert.Equal(2, node.Messages.Count(m => m.Digest is not null));
    }

    /// <summary>Members of a digest's struct as numbers.</summary>
    private readonly struct P4StructLike(P4Data data)
    {
        public ulong this[int index] => data.Struct.Members[index].Bitstring.Aggregate(0ul, (sum, b) => (sum << 8) | b);
    }
}
