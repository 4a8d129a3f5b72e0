using Telemetry.SoftSwitch.Ports;

namespace Telemetry.SoftSwitch.Tests.Ports;

public sealed class ReceivedFrameTests
{
    // 10.0.0.1:4660 > 10.0.0.2:22136, UDP, payload "abc"; the checksum was worked out by hand: 0xa5e9.
    private const string Frame = "000000000002000000000001" + "0800" + "4500001F000000004011000" + "00A0000010A000002" + "12345678000B0000616263";

    [Fact]
    public void CompleteChecksum_Udp_WritesTheChecksumThatVerifies()
    {
        byte[] frame = Convert.FromHexString(Frame);
        frame[40] = 0xBA;
        frame[41] = 0xAD;
        Assert.True(ReceivedFrame.CompleteChecksum(frame));
        ulong sum = Telemetry.Wire.Headers.InternetChecksum.PseudoHeader(0x0A000001u, 0x0A000002u, 17, 11);
        Assert.Equal(0, Telemetry.Wire.Headers.InternetChecksum.Compute(frame.AsSpan(34), sum));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(33)]
    [InlineData(40)]
    public void CompleteChecksum_Truncated_LeavesTheFrame(int length)
    {
        byte[] frame = Convert.FromHexString(Frame)[..length];
        byte[] before = [.. frame];
        Assert.False(ReceivedFrame.CompleteChecksum(frame));
        Assert.Equal(before, frame);
    }

    [Fact]
    public void CompleteChecksum_RandomBytes_NeverThrows()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] frame = new byte[random.Next(80)];
            random.NextBytes(frame);
            if (frame.Length > 14)
            {
                (frame[12], frame[13]) = random.Next(3) switch { 0 => ((byte)8, (byte)0), 1 => ((byte)0x86, (byte)0xDD), _ => ((byte)0x81, (byte)0) };
            }

            ReceivedFrame.CompleteChecksum(frame);
        }
    }

    [Fact]
    public void InsertVlan_PutsTheTagBehindTheAddresses()
    {
        byte[] buffer = [.. Convert.FromHexString("0102030405060708090A0B0C0800AABB"), 0, 0, 0, 0];
        Assert.Equal(20, ReceivedFrame.InsertVlan(buffer, 16, 0x8100, 0x0064));
        Assert.Equal("0102030405060708090A0B0C810000640800AABB", Convert.ToHexString(buffer));
    }
}
