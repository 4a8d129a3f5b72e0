using Telemetry.Wire.Int;

namespace Telemetry.Wire.Tests.Int;

public sealed class HopMetadataTests
{
    // Every bit of the bitmap, two domain-specific words, the complement last.
    private static readonly byte[] s_everything = Bytes.Hex("""
        00000007            // 0 node id
        0003 0004           // 1 level-1 ports
        000001F4            // 2 hop latency
        02 00000A           // 3 queue id, occupancy
        00000000000F4240    // 4 ingress timestamp
        00000000000F4434    // 5 egress timestamp
        00010003 00010004   // 6 level-2 ports
        0000251C            // 7 tx utilisation
        05 ABCDEF           // 8 buffer id, occupancy
        90909090 A0A0A0A0 B0B0B0B0 C0C0C0C0 D0D0D0D0 E0E0E0E0 // 9 to 14 reserved
        DADADADA DBDBDBDB   // domain-specific
        00001234            // 15 checksum complement
        """);

    [Fact]
    public void Read_EveryInstruction_EveryValue()
    {
        var hop = default(HopMetadata);
        HopMetadata.Read(s_everything, (IntInstructions)0xFFFF, 100, ref hop);
        Assert.True(hop.Has((HopFields)0xFFF));
        Assert.Equal((7u, (ushort)3, (ushort)4, 500u, (byte)2, 10u), (hop.NodeId, hop.IngressPort, hop.EgressPort, hop.HopLatency, hop.QueueId, hop.QueueOccupancy));
        Assert.Equal((1_000_000ul, 1_000_500ul, 0x10003u, 0x10004u), (hop.IngressTimestamp, hop.EgressTimestamp, hop.Level2IngressPort, hop.Level2EgressPort));
        Assert.Equal((9500u, (byte)5, 0xABCDEFu, 0x1234u), (hop.TxUtilisation, hop.BufferId, hop.BufferOccupancy, hop.ChecksumComplement));
        Assert.Equal((100 + (4 * 18), 8), (hop.DomainDataOffset, hop.DomainDataLength));
    }

    [Fact]
    public void Read_AllOnes_NothingValidAndZero()
    {
        var bytes = new byte[19 * 4];
        Array.Fill(bytes, (byte)0xFF);
        var hop = new HopMetadata { NodeId = 5, Fields = HopFields.NodeId };
        HopMetadata.Read(bytes, (IntInstructions)0xFFFF, 0, ref hop);
        Assert.Equal(default, hop with { DomainDataOffset = 0 });
    }

    // Each bit alone: only its values are read and written, from the first byte on.
    [Fact]
    public void WriteThenRead_EachSingleBitmap_SameValues()
    {
        var all = default(HopMetadata);
        HopMetadata.Read(s_everything, (IntInstructions)0xFFFF, 0, ref all);
        for (var bit = 0; bit < 16; bit++)
        {
            var instructions = (IntInstructions)(0x8000 >> bit);
            var bytes = Bytes.Dirty(4 * instructions.Words());
            all.Write(bytes, instructions);
            var read = default(HopMetadata);
            HopMetadata.Read(bytes, instructions, 0, ref read);
            var again = Bytes.Dirty(bytes.Length);
            read.Write(again, instructions);
            Assert.Equal(bytes, again);
            Assert.Equal(bit is >= 9 and <= 14, read.Fields == HopFields.None);
        }
    }

    [Fact]
    public void Write_NothingValid_AllOnes()
    {
        var bytes = Bytes.Dirty(4 * 10);
        default(HopMetadata).Write(bytes, IntInstructions.Default);
        Assert.All(bytes, b => Assert.Equal(0xFF, b));
    }

    [Fact]
    public void Write_Everything_GoldenExceptReserved()
    {
        var hop = default(HopMetadata);
        HopMetadata.Read(s_everything, (IntInstructions)0xFFFF, 0, ref hop);
        var expected = s_everything.ToArray();
        expected.AsSpan(12 * 4, 8 * 4).Fill(0xFF);
        var bytes = Bytes.Dirty(s_everything.Length);
        hop.Write(bytes, (IntInstructions)0xFFFF);
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void Write_TargetTooShort_Throws() =>
        Assert.Throws<ArgumentException>(() => default(HopMetadata).Write(new byte[28], IntInstructions.Default));
}
