using Telemetry.Controller.Discovery;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Lldp;

namespace Telemetry.Controller.Tests.Discovery;

public sealed class LinkProbeTests
{
    private static readonly byte[] Key = [1, 2, 3];

    [Fact]
    public void Read_OwnFrame_GivesThePortThatSentIt() =>
        Assert.Equal(new LinkEnd("s12", 499), LinkProbe.Read(Key, LinkProbe.Write(Key, new LinkEnd("s12", 499), 2)));

    [Fact]
    public void Read_OtherKey_IsNull() => Assert.Null(LinkProbe.Read([9], LinkProbe.Write(Key, new LinkEnd("s1", 2), 2)));

    [Fact]
    public void Read_CookieOfAnotherPort_IsNull()
    {
        Assert.True(LldpFrame.TryRead(LinkProbe.Write(Key, new LinkEnd("s1", 2), 2), out LldpFrame? probe));
        byte[] forged = new byte[LldpFrame.MaxSize];
        int length = (probe with { Port = 3 }).Write(forged, 2);

        Assert.Null(LinkProbe.Read(Key, forged.AsSpan(0, length)));
    }

    [Fact]
    public void Read_EveryTruncationAndRandomBytes_IsNull()
    {
        byte[] frame = LinkProbe.Write(Key, new LinkEnd("s1", 2), 2);
        for (int length = 0; length < frame.Length - 2; length++)
        {
            Assert.Null(LinkProbe.Read(Key, frame.AsSpan(0, length)));
        }

        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(frame);
            frame[12] = 0x88;
            frame[13] = 0xCC;
            Assert.Null(LinkProbe.Read(Key, frame.AsSpan(0, random.Next(frame.Length))));
        }
    }
}
