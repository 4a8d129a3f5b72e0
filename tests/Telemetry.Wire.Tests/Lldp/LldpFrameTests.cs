using Telemetry.Wire.Lldp;

namespace Telemetry.Wire.Tests.Lldp;

public sealed class LldpFrameTests
{
    private static readonly byte[] s_golden = Bytes.Hex("""
        0180C200000E 080000000101 88CC
        0203 07 7331                        // chassis id, local: "s1"
        0403 07 3432                        // port id, local: "42"
        0602 0001                           // time to live
        FE0C 02544D 01 0123456789ABCDEF     // organisation: cookie
        0000
        """);

    [Fact]
    public void Write_OverDirtyBuffer_GoldenBytesAndBack()
    {
        var buffer = Bytes.Dirty(LldpFrame.MaxSize);
        var probe = new LldpFrame("s1", 42, 1, 0x0123_4567_89AB_CDEF);
        var length = probe.Write(buffer, 0x0800_0000_0101);
        Assert.Equal(s_golden, buffer[..length]);
        Assert.True(LldpFrame.TryRead(buffer.AsSpan(0, length), out var read));
        Assert.Equal(probe, read);
    }

    [Fact]
    public void TryRead_PaddedFrame_Same()
    {
        Assert.True(LldpFrame.TryRead([.. s_golden, .. new byte[14]], out var read));
        Assert.Equal(("s1", 42u), (read.Chassis, read.Port));
    }

    [Fact]
    public void Write_LongestName_FitsMaxSize()
    {
        var buffer = new byte[LldpFrame.MaxSize];
        var probe = new LldpFrame(new string('x', 255), uint.MaxValue, 65535, ulong.MaxValue);
        var length = probe.Write(buffer, 0);
        Assert.True(LldpFrame.TryRead(buffer.AsSpan(0, length), out var read));
        Assert.Equal(probe, read);
        Assert.Throws<ArgumentException>(() => new LldpFrame(new string('x', 256), 0, 0, 0).Write(buffer, 0));
        Assert.Throws<ArgumentException>(() => new LldpFrame("", 0, 0, 0).Write(buffer, 0));
    }

    // The last 4 bytes are the cookie's end and the End TLV: a frame without the End TLV still says everything.
    [Fact]
    public void TryRead_EveryTruncation_False()
    {
        for (var length = 0; length < s_golden.Length - 2; length++)
            Assert.False(LldpFrame.TryRead(s_golden.AsSpan(0, length), out _), $"{length} bytes");
    }

    [Fact]
    public void TryRead_ForeignOrDamaged_FalseAndNeverThrows()
    {
        var foreign = s_golden.ToArray();
        foreign[30] ^= 1;
        Assert.False(LldpFrame.TryRead(foreign, out _));
        var random = new Random(4);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = s_golden.ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                bytes[random.Next(14, bytes.Length)] = (byte)random.Next(256);
            if (LldpFrame.TryRead(bytes, out var probe))
                Assert.NotEmpty(probe.Chassis);
        }
    }
}
