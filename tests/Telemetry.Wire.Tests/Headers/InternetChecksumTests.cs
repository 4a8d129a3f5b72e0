using System.Buffers.Binary;
using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Tests.Headers;

public sealed class InternetChecksumTests
{
    // The example sum of RFC 1071, section 3: DDF2.
    [Fact]
    public void Compute_KnownSum_Complement() => Assert.Equal(0x220D, InternetChecksum.Compute(Bytes.Hex("0001 F203 F4F5 F6F7")));

    [Fact]
    public void Compute_OddLength_PadsWithZero() => Assert.Equal(InternetChecksum.Compute([1, 2, 3, 0]), InternetChecksum.Compute([1, 2, 3]));

    [Fact]
    public void Compute_AnyBytes_SameAsWordByWord()
    {
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            uint sum = 0;
            for (var i = 0; i < bytes.Length; i += 2)
            {
                sum += (uint)((bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
                sum = (sum & 0xFFFF) + (sum >> 16);
            }
            Assert.Equal((ushort)~sum, InternetChecksum.Compute(bytes));
        }
    }

    [Fact]
    public void Update_ChangedWords_SameAsAnew()
    {
        var random = new Random(2);
        var bytes = new byte[40];
        for (var round = 0; round < 500; round++)
        {
            random.NextBytes(bytes);
            var before = InternetChecksum.Compute(bytes);
            var place = 4 * random.Next(10);
            var old16 = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(place));
            var new16 = (ushort)random.Next(65536);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(place), new16);
            var updated = InternetChecksum.Update(before, old16, new16);
            Assert.Equal(InternetChecksum.Compute(bytes), updated);
            var old32 = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(place));
            var new32 = (uint)random.NextInt64(1L << 32);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(place), new32);
            Assert.Equal(InternetChecksum.Compute(bytes), InternetChecksum.Update(updated, old32, new32));
        }
    }

    [Fact]
    public void UpdateInserted_BytesPutInAndTakenOut_SameAsAnew()
    {
        var random = new Random(3);
        byte[] head = new byte[20], middle = new byte[64], tail = new byte[33];
        random.NextBytes(head);
        random.NextBytes(middle);
        random.NextBytes(tail);
        var without = InternetChecksum.Compute([.. head, .. tail]);
        var with = InternetChecksum.Compute([.. head, .. middle, .. tail]);
        Assert.Equal(with, InternetChecksum.UpdateInserted(without, middle));
        Assert.Equal(without, InternetChecksum.UpdateInserted(with, middle, removed: true));
    }

    [Fact]
    public void PseudoHeader_BothFamilies_SameAsTheirBytes()
    {
        var v4 = Bytes.Hex("0A000101 0A000202 0011 00BC");
        Assert.Equal(InternetChecksum.Compute(v4), InternetChecksum.Finish(InternetChecksum.PseudoHeader(0x0A000101u, 0x0A000202u, 17, 0xBC)));
        var v6 = Bytes.Hex("20010DB8000000000000000000000001 20010DB800000000FFFF000000000002 000000BC 00000006");
        Assert.Equal(InternetChecksum.Compute(v6), InternetChecksum.Finish(InternetChecksum.PseudoHeader(
            BinaryPrimitives.ReadUInt128BigEndian(v6), BinaryPrimitives.ReadUInt128BigEndian(v6.AsSpan(16)), 6, 0xBC)));
    }
}
