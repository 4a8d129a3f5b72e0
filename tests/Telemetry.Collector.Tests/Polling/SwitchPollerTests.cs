using Telemetry.Collector.Nodes;
using Telemetry.Collector.Polling;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.P4Runtime;

namespace Telemetry.Collector.Tests.Polling;

public sealed class SwitchPollerTests
{
    private readonly ManualTime _time = new();
    private readonly FakeSwitch _switch = new();
    private readonly List<(string Switch, PortCounterSample[] Samples)> _readings = [];

    private SwitchPoller Poller(params uint[] ports) => new(
        new SwitchPollerOptions { Switch = "s1", Ports = ports },
        InProcessCallInvoker.For(_switch, new InProcessOptions { Time = _time }),
        _time,
        (name, samples) => _readings.Add((name, samples.ToArray())));

    [Fact]
    public void Start_InVirtualTime_ReadsAtOnceAndEachPeriodInline()
    {
        _switch.Set("Ingress.port_rx", 1, 10, 1000);
        _switch.Set("Ingress.port_enqueued", 2, 9, 900);
        _switch.Set("Egress.port_tx", 2, 8, 800);
        _switch.Set("Egress.port_tx", 7, 0);
        using SwitchPoller poller = Poller(5);
        poller.Start();
        _time.AdvanceMs(1100); // at 0, 463 and 963 ms

        Assert.Equal((3L, 0L, 0L, ""), (poller.Readings, poller.Failures, poller.Skipped, poller.LastError));
        Assert.Equal(3, _readings.Count);
        Assert.Equal("s1", _readings[0].Switch);
        Assert.Equal(
            [new PortCounterSample(1, 10, 1000, 0, 0, 0), new PortCounterSample(2, 0, 0, 9, 8, 800), new PortCounterSample(5, 0, 0, 0, 0, 0)],
            _readings[0].Samples);
        Assert.Equal(1, _switch.PipelineReads);
    }

    [Fact]
    public async Task PollAsync_SwitchGoneAndBackWithAnotherProgram_FindsTheCountersAnew()
    {
        using SwitchPoller poller = Poller(1);
        await poller.PollAsync();
        _switch.Gone = true;
        await poller.PollAsync();
        Assert.Contains("connection refused", poller.LastError, StringComparison.Ordinal);
        _switch.Gone = false;
        _switch.Ids["Egress.port_tx"] = 99;
        _switch.Set("Egress.port_tx", 1, 5);
        await poller.PollAsync();
        Assert.Equal((2L, 1L, ""), (poller.Readings, poller.Failures, poller.LastError));
        Assert.Equal(5ul, Assert.Single(_readings[^1].Samples).TxPackets);
    }

    [Fact]
    public async Task PollAsync_ProgramWithoutTheCounter_NamesItAndStillIsASignOfLife()
    {
        _switch.Ids.Remove("Egress.port_tx");
        using SwitchPoller poller = Poller();
        await poller.PollAsync();
        Assert.Equal("s1: its program has no counter Egress.port_tx; known counters: Ingress.port_rx, Ingress.port_enqueued", poller.LastError);
        (string name, PortCounterSample[] samples) = Assert.Single(_readings);
        Assert.Equal("s1", name);
        Assert.Empty(samples);
    }

    [Fact]
    public void Start_SwitchDoesNotAnswer_GivesUpAndTriesAgain()
    {
        // As in the lab: continuations run inline where no context of the caller's wants them elsewhere.
        SynchronizationContext.SetSynchronizationContext(null);
        _switch.Mute = true;
        using SwitchPoller poller = Poller(1);
        poller.Start();
        _time.AdvanceMs(1010);
        Assert.Equal((0L, 1L, 2L, "s1: no answer within 1000 ms"), (poller.Readings, poller.Failures, poller.Skipped, poller.LastError));
        _switch.Mute = false;
        _time.AdvanceMs(500);
        Assert.Equal((1L, ""), (poller.Readings, poller.LastError));
    }

    [Fact]
    public async Task PollAsync_NoProgramYet_IsAFailureNotALife()
    {
        _switch.HasProgram = false;
        using SwitchPoller poller = Poller();
        await poller.PollAsync();
        Assert.Equal((0L, 1L, "s1: the switch has no program yet"), (poller.Readings, poller.Failures, poller.LastError));
        Assert.Empty(_readings);
    }
}
