using System.Net;
using Telemetry.Controller.Hosts;

namespace Telemetry.Controller.Tests.Hosts;

public class HostMessageTests
{
    private const ulong Mac = 0x0800_0000_0111;
    private const ulong Owner = 0x0800_0000_0222;

    [Fact]
    public void TryRead_ArpRequest_AnswerIsWhatItsTargetWouldSay()
    {
        byte[] request = Frames.Arp(Mac, "10.0.1.1", "10.0.2.2");
        Assert.True(HostMessage.TryRead(request, out HostMessage message));
        Assert.Equal(new HostMessage(true, IPAddress.Parse("10.0.1.1"), Mac, IPAddress.Parse("10.0.2.2")), message);
        Assert.Equal(Frames.Arp(Owner, "10.0.2.2", "10.0.1.1", isReply: true, Mac), HostMessage.Answer(request, Owner));
    }

    [Fact]
    public void TryRead_ArpProbe_HasNoSender()
    {
        Assert.True(HostMessage.TryRead(Frames.Arp(Mac, "0.0.0.0", "10.0.2.2"), out HostMessage message));
        Assert.Null(message.Sender);
    }

    [Fact]
    public void TryRead_TaggedArp_AnswerKeepsTheTag()
    {
        byte[] plain = Frames.Arp(Mac, "10.0.1.1", "10.0.2.2");
        byte[] tagged = [.. plain[..12], 0x81, 0x00, 0x20, 0x07, .. plain[12..]];
        Assert.True(HostMessage.TryRead(tagged, out HostMessage message));
        byte[] answer = HostMessage.Answer(tagged, Owner);
        Assert.Equal(tagged[12..18], answer[12..18]);
        Assert.True(HostMessage.TryRead(answer, out HostMessage read));
        Assert.Equal(IPAddress.Parse("10.0.2.2"), read.Sender);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::1", 0x40)]
    [InlineData("::", "ff02::1", 0)]
    public void TryRead_Solicitation_AnswerIsAnAdvertisement(string sender, string answered, byte flags)
    {
        byte[] request = Frames.Solicitation(Mac, sender, "2001:db8::2");
        Assert.True(HostMessage.TryRead(request, out HostMessage message));
        Assert.Equal((true, sender == "::" ? null : IPAddress.Parse(sender), Mac, IPAddress.Parse("2001:db8::2")), (message.IsRequest, message.Sender, message.SenderMac, message.Target));

        byte[] answer = HostMessage.Answer(request, Owner);
        Assert.True(Frames.HasGoodChecksum(answer));
        Assert.Equal(255, answer[14 + 7]);
        Assert.Equal(flags, answer[54 + 4]);
        Assert.Equal(IPAddress.Parse(answered), new IPAddress(answer.AsSpan(38, 16)));
        Assert.True(HostMessage.TryRead(answer, out HostMessage read));
        Assert.Equal((false, IPAddress.Parse("2001:db8::2"), Owner), (read.IsRequest, read.Sender, read.SenderMac));
    }

    [Fact]
    public void TryRead_DamagedSolicitation_False()
    {
        byte[] frame = Frames.Solicitation(Mac, "2001:db8::1", "2001:db8::2");
        frame[70] ^= 1;
        Assert.False(HostMessage.TryRead(frame, out _));
    }

    [Fact]
    public void TryRead_EveryTruncationAndRandomBytes_NeverThrows()
    {
        foreach (byte[] frame in new[] { Frames.Arp(Mac, "10.0.1.1", "10.0.2.2"), Frames.Solicitation(Mac, "2001:db8::1", "2001:db8::2") })
        {
            for (int length = 0; length < frame.Length; length++)
            {
                Assert.False(HostMessage.TryRead(frame.AsSpan(0, length), out _));
            }
        }

        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] frame = i % 2 == 0 ? Frames.Arp(Mac, "10.0.1.1", "10.0.2.2") : Frames.Solicitation(Mac, "2001:db8::1", "2001:db8::2");
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                frame[random.Next(12, frame.Length)] = (byte)random.Next(256);
            }

            HostMessage.TryRead(frame, out _);
        }
    }

    [Fact]
    public void TryRead_GroupAddressAsSender_False() => Assert.False(HostMessage.TryRead(Frames.Arp(0x0180_C200_0000, "10.0.1.1", "10.0.2.2"), out _));
}
