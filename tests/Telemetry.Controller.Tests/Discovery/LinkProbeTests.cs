using Telemetry.Controller.Discovery;

namespace Telemetry.Controller.Tests.Discovery;

public sealed class LinkProbeTests
{
    private static readonly byte[] Key = [1, 2, 3];

    [Fact]
    public void TryRead_OwnFrame_GivesNodeAndPort()
    {
        byte[] frame = LinkProbe.Write(Key, "s12", 70000 & 0xFFFF, 499);

        Assert.True(LinkProbe.TryRead(Key, frame, out int nodeId, out int port));
        Assert.Equal((70000 & 0xFFFF, 499), (nodeId, port));
        Assert.Equal([0x01, 0x80, 0xC2, 0, 0, 0x0E], frame[..6]);
        Assert.Equal([0x88, 0xCC, 0x02, 0x04, 0x07, (byte)'s', (byte)'1', (byte)'2'], frame[12..20]);
    }

    [Fact]
    public void TryRead_OtherKeyOrChangedByte_ReturnsFalse()
    {
        byte[] frame = LinkProbe.Write(Key, "s1", 1, 2);
        Assert.False(LinkProbe.TryRead([9], frame, out _, out _));
        frame[^3] ^= 1;
        Assert.False(LinkProbe.TryRead(Key, frame, out _, out _));
    }

    [Fact]
    public void TryRead_EveryTruncation_ReturnsFalse()
    {
        byte[] frame = LinkProbe.Write(Key, "s1", 1, 2);
        for (int length = 0; length < frame.Length - 2; length++)
        {
            Assert.False(LinkProbe.TryRead(Key, frame.AsSpan(0, length), out _, out _));
        }
    }

    [Fact]
    public void TryRead_RandomBytes_NeverThrows()
    {
        Random random = new(7);
        byte[] frame = new byte[120];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(frame);
            frame[12] = 0x88;
            frame[13] = 0xCC;
            Assert.False(LinkProbe.TryRead(Key, frame.AsSpan(0, random.Next(frame.Length)), out _, out _));
        }
    }
}
