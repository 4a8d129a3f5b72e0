using Telemetry.Lab.Hosts;
using Telemetry.Lab.Mininet.Wires;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Mininet.Wires;

public class WireTrackerTests
{
    private static readonly FlowKey s_key = new(0x0A000101, 0x0A000201, 17, 10_000, 34_000);

    private static readonly LineRate s_line = new(0, 0);

    private readonly WireTracker _tracker = new();
    private readonly FlowTruth _flow = new(s_key, "h1", "h2");
    private readonly PortTruth _s1ToHost = new("s1", 1, 64);
    private readonly PortTruth _s1ToS2 = new("s1", 2, 64);
    private readonly PortTruth _s2ToHost = new("s2", 1, 64);
    private readonly PortTruth _s2ToS1 = new("s2", 2, 64);
    private readonly FrameTemplate _frames = new(s_key, new byte[6], new byte[6], 5);
    private readonly int[] _ports;

    public WireTrackerTests()
    {
        _ports = [_tracker.Add(_s1ToHost, s_line, true), _tracker.Add(_s1ToS2, s_line, false), _tracker.Add(_s2ToHost, s_line, true), _tracker.Add(_s2ToS1, s_line, false)];
        _tracker.Add(_flow);
    }

    [Fact]
    public void OnFrame_PacketCrossesTwoSwitches_PathAndLatenciesAreKnown()
    {
        Cross(_frames.Udp(100, 0, 0).ToArray(), 1000, lost: false);
        _tracker.Complete();

        Assert.Equal(["s1", "s2"], _flow.Path);
        Assert.Equal(40, _flow.LatencyNs.Max);
        Assert.Equal(10, _s1ToS2.HopLatencyNs.Max);
        Assert.Equal(20, _s2ToHost.HopLatencyNs.Max);
        Assert.Equal(0, _s1ToHost.MeasuredPackets + _s2ToS1.MeasuredPackets);
    }

    [Fact]
    public void Complete_PacketThatASwitchKept_IsADropOfTheFlowsPortThere()
    {
        Cross(_frames.Udp(100, 0, 0).ToArray(), 1000, lost: false);
        Cross(_frames.Udp(100, 1, 0).ToArray(), 2000, lost: true);
        _tracker.Complete();

        Assert.Equal(1, _s2ToHost.TailDrops);
        Assert.Equal(0, _s1ToS2.TailDrops);
        Assert.Equal(1, _s2ToHost.MeasuredPackets);
    }

    [Fact]
    public void Complete_PacketsLostBetween_AreGapsAndThoseAfterAreNot()
    {
        for (int i = 0; i < 10; i++)
        {
            Cross(_frames.Udp(100, i, 0).ToArray(), (i + 1) * 1000, lost: i is 0 or 4 or 5 or 9);
        }

        _tracker.Complete();

        WireCount wire = Assert.IsType<WireCount>(_flow.Wire);
        Assert.Equal((10, 6, 2), (wire.Entered, wire.Left, wire.Gaps));
    }

    [Fact]
    public void OnFrame_OvertakenPacketOfAnOlderPath_IsNoPathChange()
    {
        PortTruth s3ToHost = new("s3", 1, 64);
        int host = _tracker.Add(s3ToHost, s_line, true);
        byte[][] frames = [.. Enumerable.Range(0, 5).Select(i => _frames.Udp(100, i, 0).ToArray())];
        foreach ((int number, bool moved) in new[] { (0, false), (1, false), (3, true), (2, false), (4, true) })
        {
            byte[] frame = frames[number];
            if (moved)
            {
                _tracker.OnFrame(host, frame, frame.Length, isOutgoing: false, number + 1000);
                _tracker.OnFrame(host, frame, frame.Length, isOutgoing: true, number + 2000);
            }
            else
            {
                Cross(frame, number, lost: false);
            }
        }

        Assert.Equal(["s3"], _flow.Path);
        Assert.Equal(1, _flow.PathChanges);
        Assert.Equal((5, 0), (_flow.Wire!.Left, _flow.Wire.Gaps));
        Assert.Equal(2004, _tracker.NewestNs);
    }

    [Fact]
    public void OnFrame_HopThatTheTapMissed_IsNoPathChange()
    {
        Cross(_frames.Udp(100, 0, 0).ToArray(), 1000, lost: false);
        byte[] frame = _frames.Udp(100, 1, 0).ToArray();
        _tracker.OnFrame(_ports[0], frame, frame.Length, isOutgoing: false, 2000);
        _tracker.OnFrame(_ports[3], frame, frame.Length, isOutgoing: false, 2010);
        _tracker.OnFrame(_ports[2], frame, frame.Length, isOutgoing: true, 2020);

        Assert.Equal(["s1", "s2"], _flow.Path);
        Assert.Equal(0, _flow.PathChanges);
        Assert.Equal(2, _flow.Wire!.Left);
    }

    [Fact]
    public void OnFrame_PacketsOvertakeAndNumbersWrap_AreNoGaps()
    {
        FrameTemplate template = new(s_key, new byte[6], new byte[6], 65_532);
        byte[][] frames = [.. Enumerable.Range(0, 6).Select(i => template.Udp(100, i, 0).ToArray())];
        foreach (int number in new[] { 0, 2, 1, 3, 5, 4 })
        {
            Cross(frames[number], number, lost: false);
        }

        _tracker.Complete();

        Assert.Equal((6, 0), (_flow.Wire!.Left, _flow.Wire.Gaps));
    }

    [Fact]
    public void OnFrame_FramesOfNobody_AreIgnored()
    {
        FrameTemplate other = new(s_key with { DestinationPort = 34_001 }, new byte[6], new byte[6], 5);
        Cross(other.Udp(100, 0, 0).ToArray(), 1000, lost: false);
        for (int length = 0; length < 38; length++)
        {
            _tracker.OnFrame(_ports[0], _frames.Udp(100, 0, 0)[..length], length, false, 1);
        }

        _tracker.Complete();

        Assert.Empty(_flow.Path);
        Assert.Equal(0, _s1ToS2.MeasuredPackets);
    }

    private void Cross(byte[] frame, long atNs, bool lost)
    {
        _tracker.OnFrame(_ports[0], frame, frame.Length, isOutgoing: false, atNs);
        _tracker.OnFrame(_ports[1], frame, frame.Length, isOutgoing: true, atNs + 10);
        _tracker.OnFrame(_ports[3], frame, frame.Length, isOutgoing: false, atNs + 20);
        if (!lost)
        {
            _tracker.OnFrame(_ports[2], frame, frame.Length, isOutgoing: true, atNs + 40);
        }
    }
}
