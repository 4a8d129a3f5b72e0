namespace Telemetry.SoftSwitch.Tests.Differential;

public sealed class TimeMaskTests
{
    private const string Ethernet = "0200000000010200000000AA0800";
    private const string Ip = "455C0064123440004011000000000000" + "0A000001";
    private const string Udp = "1F901F91005066AA";
    private const string Shim = "10000B00";

    /// <summary>Node and ports, then latency, queue and two times.</summary>
    private static string Frame(string ports, string latency, string occupancy, string times, string instructions = "FC00") =>
        Ethernet + Ip + Udp + Shim + "20000806" + instructions + "000000000000" + "00000007" + ports + latency + "03" + occupancy + times + "AABB";

    [Fact]
    public void Apply_IntPacket_ForgetsTimesAndTheChecksumOnly()
    {
        string frame = Frame("00010002", "00000005", "000004", "00000000000000100000000000000015");
        Assert.Equal(TimeMask.Apply(frame), TimeMask.Apply(Frame("00010002", "00000006", "000001", "00000000000000200000000000000026")));
        Assert.NotEqual(TimeMask.Apply(frame), TimeMask.Apply(Frame("00010003", "00000005", "000004", "00000000000000100000000000000015")));
        Assert.NotEqual(TimeMask.Apply(frame), TimeMask.Apply(frame.Replace("03000004", "04000004", StringComparison.Ordinal)));
        Assert.NotEqual(TimeMask.Apply(frame), TimeMask.Apply(frame.Replace("AABB", "AABC", StringComparison.Ordinal)));
        string withoutTimes = Frame("00010002", "00000005", "000004", "00000000000000100000000000000015", "C000");
        Assert.Equal(withoutTimes, TimeMask.Apply(withoutTimes));
    }

    [Fact]
    public void Apply_Report_ForgetsTimesOfItsMainContentsAndOfTheInnerPacket()
    {
        string inner = Frame("00010002", "00000005", "000004", "00000000000000100000000000000015")[28..];
        string Report(string latency, string packet) => Ethernet + Ip.Replace("455C", "4500", StringComparison.Ordinal) + "7FFE7FFE00500000" + "20C0000100000007" + "140F0120" + "2000000000000000" + latency + packet;
        Assert.Equal(TimeMask.Apply(Report("00000001", inner)), TimeMask.Apply(Report("00000002", inner.Replace("0000000503", "0000000903", StringComparison.Ordinal))));
        Assert.NotEqual(TimeMask.Apply(Report("00000001", inner)), TimeMask.Apply(Report("00000001", inner.Replace("00010002", "00010004", StringComparison.Ordinal))));
        Assert.NotEqual(TimeMask.Apply(Report("00000001", inner)), TimeMask.Apply(Report("00000001", inner).Replace("20C00001", "20C10001", StringComparison.Ordinal)[..^2] + "00"));
        Assert.Equal(TimeMask.Apply(Report("00000001", inner), out int one), TimeMask.Apply(Report("00000001", inner).Replace("20C00001", "20C00002", StringComparison.Ordinal), out int two));
        Assert.Equal((1, 2), (one, two));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0200000000010200000000AA")]
    [InlineData("0200000000010200000000AA08004500")]
    [InlineData("0200000000010200000000AA86DD60000000")]
    [InlineData("0200000000010200000000AA81000000")]
    public void Apply_ShortFrame_IsLeftAlone(string hex) => Assert.Equal(hex, TimeMask.Apply(hex));
}
