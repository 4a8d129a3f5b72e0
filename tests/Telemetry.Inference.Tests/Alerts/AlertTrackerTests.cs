using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;
using Telemetry.Inference.Tests.Features;

namespace Telemetry.Inference.Tests.Alerts;

public sealed class AlertTrackerTests
{
    private const long Ms = 1_000_000;

    private readonly List<PortAlert> _changed = [];
    private AlertTracker _tracker = New();

    [Fact]
    public void Observe_FlaggedWindowsInARow_OpensAndStartsAtTheFirst()
    {
        Feed([0, 0.1, 0.6, 0.7]);

        PortAlert alert = Assert.Single(_changed);
        Assert.Equal((200 * Ms, 400 * Ms), (alert.StartNs, alert.DetectedNs));
        Assert.Null(alert.EndNs);
        Assert.Equal(0.7, alert.Score);
        Assert.Equal("test", alert.Detector);
    }

    [Fact]
    public void Observe_SingleWindowBelowTheCongestedTime_NoAlert()
    {
        Feed([0, 0.95, 0, 0, 0.95, 0.1, 0.95, 0]);

        Assert.Empty(_changed);
    }

    [Fact]
    public void Observe_RunAfterABlip_StartsAtTheRun()
    {
        Feed(0.9, 0, 0.9, 0.9);

        Assert.Equal(200 * Ms, Assert.Single(_changed).StartNs);
    }

    [Fact]
    public void Observe_LongFaintRun_StartReachesBackOverTwoWindows()
    {
        _tracker = New(new AlertOptions { FlagThreshold = 0.2, OnCongestedNs = 120 * Ms });

        Feed(0.2, 0.2, 0.2, 0.2, 0.2, 0.9);

        PortAlert alert = Assert.Single(_changed);
        Assert.Equal((300 * Ms, 600 * Ms), (alert.StartNs, alert.DetectedNs));
    }

    [Fact]
    public void Observe_QuietWindows_ClosesAtTheEndOfTheLastFlagged()
    {
        Feed(0.9, 0.9, 0.8, 0);
        Assert.Single(_changed);
        Feed(4, [0]);

        Assert.Equal(2, _changed.Count);
        Assert.Equal(_changed[0].Id, _changed[1].Id);
        Assert.Equal(300 * Ms, _changed[1].EndNs);
    }

    [Fact]
    public void Observe_ShortDip_DoesNotSplit()
    {
        Feed(0.9, 0.9, 0, 0.9, 0.9, 0, 0);

        Assert.Equal(2, _changed.Count);
        Assert.Equal(500 * Ms, _changed[^1].EndNs);
    }

    [Fact]
    public void Observe_LongGap_TwoAlertsWithTheirOwnIds()
    {
        Feed(0.9, 0.9, 0, 0, 0, 0, 0, 0.9, 0.9, 0, 0, 0);

        Assert.Equal(4, _changed.Count);
        Assert.Equal([0, 0, 700 * Ms, 700 * Ms], _changed.Select(a => a.StartNs));
        Assert.Equal([null, 200 * Ms, null, 900 * Ms], _changed.Select(a => a.EndNs));
        Assert.Equal(2, _changed.Select(a => a.Id).Distinct().Count());
    }

    [Fact]
    public void Observe_MissingWindows_CountAsQuiet()
    {
        Feed([0.9, 0.9]);
        Feed(6, [0.9, 0.9]);

        Assert.Equal([null, 200 * Ms, null], _changed.Select(a => a.EndNs));
        Assert.Equal(600 * Ms, _changed[^1].StartNs);
    }

    [Fact]
    public void Observe_LastsLong_IsToldEverySecond()
    {
        Feed([.. Enumerable.Repeat(0.9, 32)]);

        Assert.Equal(4, _changed.Count);
        Assert.Single(_changed.Select(a => a.Id).Distinct());
        Assert.All(_changed, a => Assert.Null(a.EndNs));
    }

    [Fact]
    public void CloseSilent_PortsWithoutWindows_CloseByName()
    {
        foreach (string port in (string[])["s2-p1", "s1-p2", "s1-p1"])
        {
            Observe(0, 0.9, port);
            Observe(1, 0.9, port);
        }

        _changed.Clear();
        _tracker.CloseSilent(300 * Ms, _changed);
        Assert.Empty(_changed);
        _tracker.CloseSilent(400 * Ms, _changed);

        Assert.Equal(["s1-p1", "s1-p2", "s2-p1"], _changed.Select(a => a.Port));
        Assert.All(_changed, a => Assert.Equal(200 * Ms, a.EndNs));
    }

    [Fact]
    public void Observe_OtherPort_DoesNotDisturb()
    {
        Observe(0, 0.9, "s1-p1");
        Observe(0, 0, "s1-p2");
        Observe(1, 0.9, "s1-p1");

        Assert.Equal("s1-p1", Assert.Single(_changed).Port);
    }

    [Fact]
    public void Observe_SameAgain_SameIds()
    {
        Feed(0.9, 0.9, 0, 0, 0);
        ulong[] ids = [.. _changed.Select(a => a.Id)];
        _changed.Clear();
        _tracker = New();
        Feed(0.9, 0.9, 0, 0, 0);

        Assert.Equal(ids, _changed.Select(a => a.Id));
        Assert.All(ids, id => Assert.InRange(id, 1UL, (1UL << 53) - 1));
    }

    [Fact]
    public void Observe_FullQueue_ExplainsInWords()
    {
        var reasons = default(ReasonList);
        reasons.Offer(new Reason("occ_mean", 0.92, 0.5));
        reasons.Offer(new Reason("load", 0.3, -0.2));
        reasons.Offer(new Reason("high_span", 2, 0.1));
        for (int i = 0; i < 6; i++)
        {
            double score = i < 3 ? 0.9 : 0;
            _tracker.Observe(Windows.At(i, depth: i < 3 ? 92 : 1) with { Drops = 4 }, new Verdict(score, score > 0.5, reasons), _changed);
        }

        Assert.Equal("queue 92 % full for 300 ms, latency 111.6 ms = 0.9 of a full queue, 12 dropped; most telling: occ_mean 0.92, high_span 2.00", _changed[^1].Explanation);
        Assert.Equal(["occ_mean", "load", "high_span"], _changed[^1].Reasons.Select(r => r.Feature));
    }

    [Fact]
    public void Observe_DepthUnknown_SaysSo()
    {
        PortSample blind = new() { Port = "s1-p1", StartNs = 0, LengthNs = 200 * Ms, Packets = 5 };
        _tracker.Observe(blind, new Verdict(1, true, default), _changed);

        Assert.Equal("queue of unknown depth for 200 ms", Assert.Single(_changed).Explanation);
    }

    [Fact]
    public void Validate_OutOfBounds_NamesEveryFault()
    {
        var options = new AlertOptions { FlagThreshold = double.NaN, OnCongestedNs = 0, CloseAfterWindows = 0, BackdateWindows = -1 };

        ArgumentException e = Assert.Throws<ArgumentException>(() => new AlertTracker(options, "test"));

        Assert.Equal(4, e.Message.Split(';').Length);
    }

    private static AlertTracker New(AlertOptions? options = null) =>
        new(options ?? new AlertOptions { FlagThreshold = 0.5, OnCongestedNs = 120 * Ms }, "test");

    private void Feed(params double[] scores) => Feed(0, scores);

    private void Feed(int first, params double[] scores)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            Observe(first + i, scores[i], "s1-p1");
        }
    }

    private void Observe(int window, double score, string port) =>
        _tracker.Observe(Windows.At(window, depth: score * 100, port: port), new Verdict(score, score >= 0.5, default), _changed);
}
