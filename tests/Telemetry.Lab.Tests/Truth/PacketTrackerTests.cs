using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Truth;

public class PacketTrackerTests
{
    private static readonly FlowKey s_key = new(0x0A000101, 0x0A000201, 17, 10_000, 34_000);
    private readonly PacketTracker _tracker = new();
    private readonly FlowTruth _flow = new(s_key, "h1", "h2");
    private readonly FrameTemplate _template = new(s_key, [8, 0, 0, 0, 1, 1], [8, 0, 0, 0, 2, 1], 0);
    private readonly PortTruth _first = new("s1", 3, 64);
    private readonly PortTruth _second = new("s2", 1, 64);
    private readonly PortTruth _other = new("s3", 1, 64);

    public PacketTrackerTests() => _tracker.Add(_flow);

    [Fact]
    public void OnHop_DeliveredAndReported_BooksEveryHopOnce()
    {
        byte[] frame = _template.Udp(100, 0, 0).ToArray();
        _tracker.OnHop(frame, _first, toHost: false, 1500, 3, 10);
        _tracker.OnHop(frame, _second, toHost: true, 2500, 7, 20);
        Assert.Equal((0L, 0L), (_first.MeasuredPackets, _second.MeasuredPackets));
        _tracker.OnReport(ReportOf(frame));
        _tracker.OnReport(ReportOf(frame));
        Assert.Equal((1L, 1L), (_first.MeasuredPackets, _second.MeasuredPackets));
        Assert.Equal((1500L, 3), (_first.HopLatencyNs.Max, _first.DepthQuantile(0.5)));
        Assert.Equal((2500L, 7), (_second.HopLatencyNs.Max, _second.DepthQuantile(0.5)));
        Assert.Equal(["s1", "s2"], _flow.Path);
    }

    [Fact]
    public void OnReport_BeforeTheLastHop_BooksTheLastHopToo()
    {
        byte[] frame = _template.Udp(100, 0, 0).ToArray();
        _tracker.OnHop(frame, _first, toHost: false, 1500, 3, 10);
        _tracker.OnReport(ReportOf(frame));
        _tracker.OnHop(frame, _second, toHost: true, 2500, 7, 10);
        Assert.Equal((1L, 1L), (_first.MeasuredPackets, _second.MeasuredPackets));
    }

    [Fact]
    public void OnHop_LostAfterTheFirstSwitch_IsNeitherMeasuredNorPath()
    {
        _tracker.OnHop(_template.Udp(100, 0, 0), _first, toHost: false, 1500, 3, 10);
        Assert.Equal(0, _first.MeasuredPackets);
        Assert.Empty(_flow.Path);
    }

    [Fact]
    public void OnHop_NextPacketOverAnotherSwitch_ChangesThePathOnce()
    {
        for (int i = 0; i < 4; i++)
        {
            byte[] frame = _template.Udp(100, i, 0).ToArray();
            _tracker.OnHop(frame, _first, toHost: false, 1, 0, i);
            _tracker.OnHop(frame, i < 2 ? _second : _other, toHost: true, 1, 0, i);
        }

        Assert.Equal(["s1", "s3"], _flow.Path);
        Assert.Equal(1, _flow.PathChanges);
    }

    [Fact]
    public void OnHop_IdentificationUsedAgainLater_ForgetsThePacketThatWasLost()
    {
        byte[] frame = _template.Udp(100, 0, 0).ToArray();
        _tracker.OnHop(frame, _first, toHost: false, 1, 0, 0);
        _tracker.OnHop(frame, _first, toHost: false, 1, 0, 50_000_000_000);
        _tracker.OnHop(frame, _second, toHost: true, 1, 0, 50_000_000_001);
        _tracker.OnReport(ReportOf(frame));
        Assert.Equal(["s1", "s2"], _flow.Path);
        Assert.Equal(1, _first.MeasuredPackets);
    }

    [Fact]
    public void OnHop_FrameOfNoFlow_IsIgnored()
    {
        byte[] frame = _template.Udp(100, 0, 0).ToArray();
        frame[30]++; // another destination
        _tracker.OnHop(frame, _second, toHost: true, 1, 0, 0);
        _tracker.OnHop(frame.AsSpan(0, 30), _second, toHost: true, 1, 0, 0);
        _tracker.OnReport(frame);
        Assert.Empty(_flow.Path);
    }

    /// <summary>54 bytes of outer headers, then the packet from its IPv4 header on.</summary>
    private static byte[] ReportOf(byte[] frame) => [.. new byte[54], .. frame.AsSpan(14)];
}
