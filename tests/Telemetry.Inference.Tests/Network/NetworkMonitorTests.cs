using Telemetry.Inference.Network;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Tests.Network;

public class NetworkMonitorTests
{
    private readonly Watched _watched = new();

    [Theory]
    [InlineData(true, "addresses that no host here has")]
    [InlineData(false, "h1")]
    public void SynFlood_ConnectionsThatNeverGoOn_NamesVictimPortAndSources(bool spoofed, string sources)
    {
        Repeat(10, w => _watched.Window(flows: Tcp("h1", w)));
        Repeat(20, w => _watched.Window(flows: [.. Tcp("h1", w), .. Enumerable.Range(0, 30).Select(i =>
            Watched.Flow(spoofed ? $"198.18.{w}.{i}" : "h1", "h3", 6, 20_000 + (w * 100) + i, 1, 54, null))]));
        Repeat(10, w => _watched.Window(flows: Tcp("h1", w + 100)));
        NetworkAlert alert = Assert.Single(_watched.Alerts);
        Assert.Equal(("synflood", "h3", 1_000_000_000L, 3_000_000_000L), (alert.Kind, alert.Entity, alert.StartNs, alert.EndNs));
        Assert.Contains("over s2-p1", alert.Explanation, StringComparison.Ordinal);
        Assert.EndsWith($"from {sources}", alert.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void SynFlood_CrowdOfShortConnections_IsNone()
    {
        Repeat(40, w => _watched.Window(flows: Enumerable.Range(0, 20).Select(i =>
            Watched.Flow("h1", "h3", 6, 20_000 + (w * 100) + i, i < 4 ? 1 : 7, i < 4 ? 54 : 6000))));
        Assert.Empty(_watched.Alerts);
    }

    [Theory]
    [InlineData("h1", 300, 200, 300)]
    [InlineData("h1", 125, 1000, 200)]
    public void UdpFlood_MoreThanTheLineTakes_NamesVictimLoadAndSource(string source, long packets, long bytes, long lost)
    {
        Repeat(30, _ => _watched.Window(flows: [Watched.Flow("h2", "h3", 17, 1, 10, 2000)]));
        Repeat(20, _ => _watched.Window(flows: [Watched.Flow("h2", "h3", 17, 1, 10, 2000), Watched.Flow(source, "h3", 17, 2, packets, packets * bytes, lost)]));
        NetworkAlert alert = Assert.Single(_watched.Alerts);
        Assert.Equal(("udpflood", "h3"), (alert.Kind, alert.Entity));
        Assert.Contains("over s2-p1", alert.Explanation, StringComparison.Ordinal);
        Assert.EndsWith("from h1", alert.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void UdpFlood_MadeUpSenders_IsToldAtLowRatesToo()
    {
        Repeat(10, w => _watched.Window(flows: Enumerable.Range(0, 12).Select(i => Watched.Flow($"198.18.{w}.{i}", "h3", 17, i, 1, 200, null))));
        NetworkAlert alert = Assert.Single(_watched.Alerts);
        Assert.Equal(("udpflood", "h3"), (alert.Kind, alert.Entity));
        Assert.EndsWith("addresses that no host here has", alert.Explanation, StringComparison.Ordinal);
    }

    /// <summary>Half more than the line carries: a crowd for three seconds, for five somebody who does not care.</summary>
    [Theory]
    [InlineData(30, 0)]
    [InlineData(50, 1)]
    public void UdpFlood_LargePacketsForLong_AreAFloodWhenNobodyYields(int windows, int alerts)
    {
        Repeat(30, _ => _watched.Window(flows: [Watched.Flow("h2", "h3", 17, 1, 10, 10_000)]));
        Repeat(windows, _ => _watched.Window(flows: Enumerable.Range(0, 5).Select(i => Watched.Flow("h1", "h3", 17, 2 + i, 25, 25_000, 12))));
        Repeat(30, _ => _watched.Window(flows: [Watched.Flow("h2", "h3", 17, 1, 10, 10_000)]));
        Assert.Equal(alerts, _watched.Alerts.DistinctBy(a => a.StartNs).Count());
        Assert.All(_watched.Alerts, a => Assert.Equal(("udpflood", "h3"), (a.Kind, a.Entity)));
    }

    [Fact]
    public void UdpFlood_CrowdOfLargePackets_IsCongestionOnly()
    {
        Repeat(30, _ => _watched.Window(flows: [Watched.Flow("h2", "h3", 17, 1, 10, 2000)]));
        Repeat(30, _ => _watched.Window(flows: Enumerable.Range(0, 5).Select(i => Watched.Flow("h1", "h3", 17, 2 + i, 25, 25_000, 12))));
        Assert.Empty(_watched.Alerts);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public void MicroBurst_HighForOneWindowOrTwoWholeOnes_OnlyTheShortOneIs(int windows, int alerts)
    {
        Repeat(5, _ => _watched.Window([Watched.Port("s2-p1")]));
        Repeat(windows, _ => _watched.Window([Watched.Port("s2-p1", highShare: windows == 1 ? 0.3 : 0.9)]));
        Repeat(40, _ => _watched.Window([Watched.Port("s2-p1")]));
        Assert.Equal(alerts, _watched.Alerts.Count);
        Assert.All(_watched.Alerts, a => Assert.Equal(("microburst", "s2-p1", 500_000_000L, 600_000_000L), (a.Kind, a.Entity, a.StartNs, a.EndNs)));
    }

    /// <summary>400 packets in a window at 10 Mbit/s are small ones: half of them take some 40 ms, not 160.</summary>
    [Theory]
    [InlineData(200_000, 1)]
    [InlineData(800_000, 0)]
    public void MicroBurst_PacketsOfTheQueueAreSmall_LastsAsLongAsTheyTake(double packetNs, int alerts)
    {
        Repeat(5, _ => _watched.Window([Watched.Port("s2-p1")]));
        Repeat(1, _ => _watched.Window([Watched.Port("s2-p1", highShare: 0.5, packets: 400) with { LatencyMaxNs = 60 * packetNs }]));
        Repeat(40, _ => _watched.Window([Watched.Port("s2-p1")]));
        Assert.Equal(alerts, _watched.Alerts.Count);
    }

    /// <summary>A window that ends in the middle of a burst has its deepest queue, the next one its longest wait.</summary>
    [Fact]
    public void MicroBurst_WindowEndsWithinIt_LastsAsLongAsBothTell()
    {
        Repeat(5, _ => _watched.Window([Watched.Port("s2-p1")]));
        Repeat(1, _ => _watched.Window([Watched.Port("s2-p1", highShare: 0.2) with { LatencyMaxNs = 3e6 }]));
        Repeat(1, _ => _watched.Window([Watched.Port("s2-p1", highShare: 0.3) with { LatencyMaxNs = 48e6, DepthMax = 58 }]));
        Repeat(40, _ => _watched.Window([Watched.Port("s2-p1")]));
        NetworkAlert alert = Assert.Single(_watched.Alerts.DistinctBy(a => a.StartNs));
        Assert.Contains("about 40 ms", alert.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0, 0.05, true)]
    [InlineData(1.0, 0.0, false)]
    public void Loss_CountersDiffer_LinkIsNamed(double rate, double fraction, bool found)
    {
        Repeat(60, w => Balance(w, rate, 0));
        Repeat(60, w => Balance(w, rate, fraction));
        Repeat(60, w => Balance(w, rate, 0));
        Assert.Equal(found ? ["loss s1-s3"] : [], _watched.Alerts.Select(a => $"{a.Kind} {a.Entity}"));
        Assert.All(_watched.Alerts, a => Assert.InRange(a.StartNs, 5_000_000_000, 8_500_000_000));
        Assert.All(_watched.Alerts, a => Assert.InRange(a.EndNs!.Value, 10_000_000_000, 13_500_000_000));
    }

    [Fact]
    public void Loss_MorePacketsUnderWayOnce_IsNone()
    {
        Repeat(60, w => Balance(w, 1, 0));
        Balance(0, 1, 0.5);
        Repeat(60, w => Balance(w, 1, 0));
        Assert.Empty(_watched.Alerts);
    }

    [Fact]
    public void Loss_FlowsPassAFullQueue_CountersAloneProveNothing()
    {
        Repeat(60, w => Balance(w, 1, 0));
        Repeat(60, w => Balance(w, 1, 0.05, Watched.Port("s2-p1", highShare: 1)));
        Assert.Empty(_watched.Alerts);
    }

    /// <summary>Counters of s1-s3 are read badly while s3-s2 loses: flows from h1 miss packets, and so do others over s3-s2.</summary>
    [Theory]
    [InlineData(4, 0)]
    [InlineData(0, 1)]
    public void Loss_AnotherLinkOnTheWayLosesAsMuchOfOthers_IsNotThisLinks(long lostByOthers, int alerts)
    {
        FlowSample other = Watched.Flow("h4", "h3", 17, 2, 96, 50_000, lostByOthers, 3e5, "s4", "s3", "s2");
        Repeat(60, w => Balance(w, 1, 0, flow: other with { Lost = 0 }));
        Repeat(60, w => Balance(w, 1, 0.05, flow: other));
        Assert.Equal(alerts, _watched.Alerts.Count(a => a.Entity == "s1-s3"));
    }

    [Fact]
    public void Loss_OneEndIsNotRead_IsNone()
    {
        Repeat(60, w => Balance(w, 1, 0));
        Repeat(30, _ => _watched.Window([Watched.Port("s1-p3", sent: 20)]));
        Assert.Empty(_watched.Alerts);
    }

    [Fact]
    public void Loss_LinkIsDown_IsNone()
    {
        Repeat(60, w => Balance(w, 1, 0));
        _watched.Link("s1-s3", up: false);
        Repeat(60, w => Balance(w, 1, 1));
        Assert.Empty(_watched.Alerts);
    }

    [Fact]
    public void Qos_LinkSlowForAll_LinkIsNamedAndNoFlow()
    {
        Repeat(30, _ => Latency(0, all: true));
        Repeat(30, _ => Latency(5e6, all: true));
        Repeat(10, _ => Latency(0, all: true));
        NetworkAlert alert = Assert.Single(_watched.Alerts);
        Assert.Equal(("qos", "s1-s3"), (alert.Kind, alert.Entity));
        Assert.InRange(alert.StartNs, 3_000_000_000, 3_600_000_000);
        Assert.InRange(alert.EndNs!.Value, 5_900_000_000, 6_200_000_000);
    }

    [Theory]
    [InlineData(false, 5e6, 2)]
    [InlineData(true, 5e6, 0)] // s3, which both links lead to, was kept from running
    [InlineData(true, 0, 1)]
    public void Qos_LinksOfOneSwitchSlowTogether_AreTheSwitchsWhereSwitchesWait(bool wait, double otherNs, int alerts)
    {
        Watched watched = new(new NetworkOptions { SwitchesWait = wait });
        foreach (double risen in Enumerable.Repeat(0.0, 30).Concat(Enumerable.Repeat(1.0, 30)))
        {
            watched.Window(
                links: [Slow("s1", risen * 5e6), Slow("s2", risen * otherNs)],
                flows: [Flow("h1", "s1"), Flow("h2", "s1"), Flow("h3", "s2"), Flow("h4", "s2")]);
        }

        Assert.Equal(alerts, watched.Alerts.Count);

        static LinkSample Slow(string from, double byNs) => Watched.Between(from, "s3", 100_000 + byNs, 300_000 + byNs);

        static FlowSample Flow(string host, string from) => Watched.Flow(host, "h9", 17, 1, 10, 5000, 0, 300_000, from, "s3");
    }

    [Fact]
    public void Qos_OneClassSlow_FlowIsNamedAndNoLink()
    {
        Repeat(30, _ => Latency(0, all: false));
        Repeat(30, _ => Latency(5e6, all: false));
        NetworkAlert alert = Assert.Single(_watched.Alerts);
        Assert.Equal(("qos", "h1>h3"), (alert.Kind, alert.Entity));
        Assert.Contains("s1 s3 s2", alert.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Qos_QueueExplainsTheLatency_IsNone()
    {
        Repeat(30, _ => Latency(0, all: false));
        Repeat(30, _ => Latency(5e6, all: false, busy: true));
        Assert.Empty(_watched.Alerts);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("s1-s3", 0)]
    [InlineData("s8-s9", 0)]
    public void PathChange_FlowsLeaveALink_OnlyWithoutACauseItIsTold(string linkChanged, int alerts)
    {
        Repeat(10, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s3", "s2")]));
        if (linkChanged.Length > 0)
        {
            _watched.Link(linkChanged);
        }

        Repeat(30, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s4", "s2")]));
        Assert.Equal(alerts, _watched.Alerts.Count);
        Assert.All(_watched.Alerts, a => Assert.Equal(("pathchange", 1_000_000_000L), (a.Kind, a.StartNs)));
        Assert.All(_watched.Alerts, a => Assert.Contains("h1>h3", a.Explanation, StringComparison.Ordinal));
    }

    [Fact]
    public void PathChange_FlowThatPausedOverALinksChange_IsNone()
    {
        Repeat(10, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s3", "s2")]));
        _watched.Link("s8-s9");
        Repeat(60, _ => _watched.Window());
        Repeat(30, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s4", "s2")]));
        Assert.Empty(_watched.Alerts);
    }

    [Fact]
    public void PathChange_FlowsThatPausedFollowLater_IsToldOnce()
    {
        FlowSample first = Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s3", "s2");
        FlowSample second = Watched.Flow("h2", "h3", 17, 2, 5, 500, 0, 3e5, "s1", "s3", "s2");
        Repeat(10, _ => _watched.Window(flows: [first, second]));
        Repeat(30, _ => _watched.Window(flows: [first with { Path = ["s1", "s4", "s2"] }]));
        Repeat(30, _ => _watched.Window(flows: [second with { Path = ["s1", "s4", "s2"] }]));
        Assert.Single(_watched.Alerts);
    }

    [Fact]
    public void PathChange_LinkIsKnownToBeDownASecondLater_IsNone()
    {
        Repeat(10, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s3", "s2")]));
        Repeat(10, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s4", "s2")]));
        _watched.Link("s1-s3", up: false);
        Repeat(30, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s4", "s2")]));
        Assert.Empty(_watched.Alerts);
    }

    [Fact]
    public void PathChange_WayInBetweenAfterALinkFailed_IsNone()
    {
        Repeat(10, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s3", "s2")]));
        _watched.Link("s2-s3", up: false);
        Repeat(1, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s3", "s5", "s4", "s2")]));
        Repeat(30, _ => _watched.Window(flows: [Watched.Flow("h1", "h3", 17, 1, 5, 500, 0, 3e5, "s1", "s4", "s2")]));
        Assert.Empty(_watched.Alerts);
    }

    private static void Repeat(int times, Action<int> window)
    {
        for (int i = 0; i < times; i++)
        {
            window(i);
        }
    }

    private static FlowSample[] Tcp(string src, int window) =>
        [Watched.Flow(src, "h3", 6, 5, 20, 20_000), Watched.Flow(src, "h3", 6, 10_000 + window, 1, 54)];

    /// <summary>Both ends read each five windows, not at once: the ends' figures differ by what was sent meanwhile.</summary>
    private void Balance(int window, double rate, double fraction, PortSample? port = null, FlowSample? flow = null)
    {
        long packets = (long)(100 * rate);
        long lost = (long)(packets * fraction);
        List<PortSample> ports = [];
        if (window % 5 == 0)
        {
            ports.Add(Watched.Port("s1-p3", sent: packets * 5));
        }

        if (window % 5 == 2)
        {
            ports.Add(Watched.Port("s3-p1", received: (packets - lost) * 5));
        }

        ports.AddRange(port is { } queue ? [queue] : []);
        FlowSample own = Watched.Flow("h1", "h3", 17, 1, packets - lost, 50_000, lost, 3e5, "s1", "s3", "s2");
        _watched.Window(ports, flows: flow is { } other ? [own, other] : [own]);
    }

    private void Latency(double extraNs, bool all, bool busy = false)
    {
        double other = all ? extraNs : 0;
        _watched.Window(
            [Watched.Port("s1-p3", highShare: busy ? 0.01 : 0)],
            [Watched.Between("s1", "s3", 150_000 + other, 300_000 + other + (all ? 0 : extraNs / 5)), Watched.Between("s3", "s2", 150_000, 300_000)],
            [
                Watched.Flow("h1", "h3", 17, 1, 10, 4000, 0, 400_000 + extraNs, "s1", "s3", "s2"),
                Watched.Flow("h2", "h3", 17, 2, 40, 20_000, 0, 400_000 + other, "s1", "s3", "s2"),
            ]);
    }
}
