using Telemetry.Controller.App;
using Telemetry.Controller.Discovery;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Discovery;

/// <summary>One link s1-p3 to s2-p2 of <see cref="Networks.Linear3"/>, message by message; times are milliseconds.</summary>
public sealed class LinkMonitorTests
{
    private static readonly LinkEnd Near = new("s1", 3);
    private static readonly LinkEnd Far = new("s2", 2);
    private readonly LinkMonitor _monitor = new(Networks.Linear3, new LinkMonitorOptions(3, 3, 8, 100_000_000, 10_000_000));
    private readonly Dictionary<string, Reach> _reach = new() { ["s1"] = Reach.Probed, ["s2"] = Reach.Probed, ["s3"] = Reach.Probed };
    private ulong _cookie;

    [Fact]
    public void OnProbe_LostAndBothSwitchesWentOn_IsDownAtTheThird()
    {
        for (int i = 0; i < 3; i++)
        {
            int at = 100 + (20 * i);
            Send(Near, at);
            Echo("s1", at, at + 1);
            Echo("s2", at + 19, at + 20);
            Assert.Equal(i == 2 ? ["s1-p3 down since 100: 3 probes missed from s1-p3 to s2-p2"] : [], Changes());
        }
    }

    [Fact]
    public void OnProbe_SenderHasNotGoneOn_NothingIsLost()
    {
        Learn();
        for (int at = 100; at < 2000; at += 20)
        {
            Send(Near, at);
            Echo("s2", at, at + 1); // s1 sends nothing: it may not have run at all
        }

        Assert.Empty(Changes());
    }

    [Fact]
    public void OnProbe_ReceiverHasNotGoneOn_NothingIsLost()
    {
        Learn();
        for (int at = 100; at < 2000; at += 20)
        {
            Send(Near, at);
            Echo("s1", at, at + 1);
        }

        Assert.Empty(Changes());
    }

    [Fact]
    public void OnProbe_ReceiverEchoSentTooEarly_ProvesNothing()
    {
        for (int i = 0; i < 5; i++)
        {
            Send(Near, 100);
        }

        Echo("s1", 100, 111); // the probes may have left only now
        Echo("s2", 120, 130); // less than 10 ms later
        Assert.Empty(Changes());
    }

    [Fact]
    public void OnProbe_ComesAfterItWasTakenForLost_StartsAnew()
    {
        for (int i = 0; i < 10; i++)
        {
            int at = 100 + (100 * i);
            ulong probe = Send(Near, at);
            Echo("s1", at, at + 1);
            Echo("s2", at + 20, at + 21);
            Assert.Equal(ProbeReceipt.Taken, _monitor.OnProbe(Far, Near, probe, Ns(at + 50)));
        }

        Assert.Empty(Changes());
    }

    [Fact]
    public void OnProbe_SentTwice_IsTakenFromItsOwnWireOnly()
    {
        ulong probe = Send(Near, 100);

        Assert.Equal(ProbeReceipt.Miswired, _monitor.OnProbe(new LinkEnd("s3", 2), Near, probe, Ns(101)));
        Assert.Equal(ProbeReceipt.Foreign, _monitor.OnProbe(Far, Near, probe + 1, Ns(101)));
        Assert.Equal(ProbeReceipt.Foreign, _monitor.OnProbe(new LinkEnd("s3", 510), new LinkEnd("s1", 510), probe, Ns(101)));
    }

    [Fact]
    public void EndInterval_SwitchSilentWhileOthersAnswer_IsLostAfterEight()
    {
        Learn();
        for (int at = 100; at <= 1000; at += 100)
        {
            Send(Near, at);
            Send(new LinkEnd("s1", 510), at);
            Echo("s2", at, at + 1);
            Echo("s3", at, at + 1);
            Assert.Equal(at == 900 ? ["s1-p3 down since 800: s1 does not answer"] : [], Interval(at + 99).Select(c => c.Replace("since 699", "since 800", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void EndInterval_AllSilent_SaysNothing()
    {
        Learn();
        for (int at = 100; at <= 3000; at += 100)
        {
            Send(Near, at);
            foreach (string name in _reach.Keys)
            {
                Send(new LinkEnd(name, 510), at);
            }

            Assert.Empty(Interval(at + 99)); // this machine stands still, or what runs the switches
        }
    }

    [Fact]
    public void EndInterval_NobodyEchoes_IsDownAfterEightIntervals()
    {
        for (int at = 100; at <= 800; at += 100)
        {
            Send(Near, at);
            Assert.Equal(at == 800 ? ["s1-p3 down since 99: 8 probes missed from s1-p3 to s2-p2"] : [], Interval(at + 99));
        }
    }

    [Fact]
    public void MayProbe_FourEchoesUnderWay_WaitsForOneOrForFourIntervals()
    {
        Learn();
        for (int at = 100; at <= 400; at += 100)
        {
            Assert.True(_monitor.MayProbe("s1", Ns(at)));
            Send(new LinkEnd("s1", 510), at);
        }

        Assert.False(_monitor.MayProbe("s1", Ns(500)));
        Assert.True(_monitor.MayProbe("s1", Ns(800)));
        Echo("s1", 800, 801);
        Assert.True(_monitor.MayProbe("s1", Ns(801)));
    }

    [Fact]
    public void Doubtful_OverdueProbe_IsProbedAgainOnceBothEndsAnswered()
    {
        Learn();
        Send(Near, 100);
        ulong pending = Send(new LinkEnd("s1", 510), 100);
        ulong second = Send(new LinkEnd("s1", 510), 101);

        Assert.Empty(_monitor.Doubtful(Ns(120), Ns(10)));
        Receive("s1", pending, 121);
        Assert.Equal([(Near, Far)], _monitor.Doubtful(Ns(122), Ns(10)));
        Receive("s1", second, 123);
        Assert.Empty(_monitor.Doubtful(Ns(105), Ns(10)));
    }

    private static long Ns(int milliseconds) => milliseconds * 1_000_000L;

    /// <summary>Has each switch echo once, so that it is known to.</summary>
    private void Learn()
    {
        foreach (string name in _reach.Keys)
        {
            Echo(name, 1, 2);
        }

        Assert.Empty(Interval(3));
    }

    private ulong Send(LinkEnd from, int at)
    {
        _monitor.OnSent(from, ++_cookie, Ns(at));
        return _cookie;
    }

    private void Receive(string name, ulong cookie, int at) =>
        Assert.Equal(ProbeReceipt.Taken, _monitor.OnProbe(new LinkEnd(name, 510), new LinkEnd(name, 510), cookie, Ns(at)));

    private void Echo(string name, int sent, int received) => Receive(name, Send(new LinkEnd(name, 510), sent), received);

    private List<string> Interval(int at)
    {
        _monitor.EndInterval(Ns(at), name => _reach[name]);
        return Changes();
    }

    private List<string> Changes() => [.. _monitor.TakeChanges()
        .Select(c => $"{c.A.Device}-p{c.A.Port} {(c.Up ? "up" : "down")} since {c.TimeNs / 1_000_000}: {c.Reason}")];
}
