using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Tests.Fakes;

namespace Telemetry.Controller.Tests.Desired;

public sealed class PlanTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly FakeSwitch _fake = new();
    private readonly CancellationTokenSource _ending = new();

    public void Dispose() => _ending.Dispose();

    [Fact]
    public void PlanAsync_ApplyAndPlanAgain_NothingIsLeft() => Run(async (sw, token) =>
    {
        await sw.WriteAsync([P4Update.Insert(Bind("l2_punt hdr.ethernet.ether_type=1 -> drop")), P4Update.Insert(Bind("ipv4_lpm hdr.ipv4.dst_addr=10.0.9.0/24 -> drop"))], token);
        P4Entry[] desired =
        [
            Bind("ipv4_lpm hdr.ipv4.dst_addr=10.0.9.0/24 -> set_next_hop(dst_mac=9, port=9)"),
            Bind("ipv4_lpm hdr.ipv4.dst_addr=10.0.8.0/24 -> drop"),
            Bind("clone 3 -> 1"),
        ];

        Plan plan = await sw.PlanAsync(desired, cancellation: token);
        int writes = _fake.Writes.Count;
        Assert.Equal(
            """
            + clone 3 -> 1
            ~ Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.9.0/24 -> Ingress.set_next_hop(dst_mac=00:00:00:00:00:09, port=9)  (was Ingress.drop())
            + Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.8.0/24 -> Ingress.drop()
            - Ingress.l2_punt hdr.ethernet.ether_type=1 -> Ingress.drop()
            2 to add, 1 to change, 1 to remove, 0 unchanged
            """,
            plan.ToString());
        Assert.Equal(2, _fake.Entities.Count); // a plan alone writes nothing
        Assert.Equal(writes, _fake.Writes.Count);

        WriteReport report = await plan.ApplyAsync(token);
        Assert.Equal((2, 1, 1), (report.Inserted, report.Modified, report.Deleted));
        Plan again = await sw.PlanAsync(desired, cancellation: token);
        Assert.True(again.IsEmpty);
        Assert.Equal("0 to add, 0 to change, 0 to remove, 3 unchanged", again.ToString());
    });

    [Fact]
    public void PlanAsync_NoPrune_LeavesOthersAlone() => Run(async (sw, token) =>
    {
        await sw.WriteAsync([P4Update.Insert(Bind("l2_punt hdr.ethernet.ether_type=1 -> drop"))], token);
        Plan plan = await sw.PlanAsync([], prune: false, token);
        Assert.Empty(plan.Steps);
    });

    [Fact]
    public void ReadDriftAsync_AnotherClientWrote_ShowsEachChangeOnce() => Run(async (sw, token) =>
    {
        P4Entry first = Bind("ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> drop");
        P4Entry second = Bind("ipv4_lpm hdr.ipv4.dst_addr=10.0.2.0/24 -> drop");
        Assert.Empty(await sw.ReadDriftAsync(token));
        await (await sw.PlanAsync([first, second], cancellation: token)).ApplyAsync(token);
        Assert.Empty(await sw.ReadDriftAsync(token));

        List<string> seen = [];
        Task watching = WatchAsync();
        _fake.Entities[first.Key] = Bind("ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_next_hop(dst_mac=1, port=1)").Entity;
        _fake.Entities.Remove(second.Key);
        P4Entry third = Bind("ipv4_lpm hdr.ipv4.dst_addr=10.0.3.0/24 -> drop");
        _fake.Entities[third.Key] = third.Entity;
        _time.Advance(3000);

        Assert.Equal(
            [
                "changed by another client: Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.set_next_hop(dst_mac=00:00:00:00:00:01, port=1)"
                    + "  (was Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.drop())",
                "removed by another client: Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.2.0/24 -> Ingress.drop()",
                "added by another client: Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.3.0/24 -> Ingress.drop()",
            ],
            seen);
        Plan plan = await sw.PlanAsync([first, second], cancellation: token);
        Assert.All(plan.Steps, s => Assert.True(s.Drift));
        Assert.Equal(3, plan.Steps.Count);
        _ending.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);

        async Task WatchAsync()
        {
            await foreach (Drift drift in sw.WatchDriftAsync(TimeSpan.FromSeconds(1), _time, token))
            {
                seen.Add(drift.ToString());
            }
        }
    });

    private static P4Entry Bind(string line) => Networks.Program.Bind(EntryText.Parse(line));

    private void Run(Func<P4Switch, CancellationToken, Task> test)
    {
        ManualTime.TakeThread();
        P4Switch client = new(new P4SwitchOptions { Name = "s1", DeviceId = 1 }, _fake.Connect, _time);
        InlineRun.Of(client, _ending, async (sw, token) =>
        {
            await sw.Pipeline.EnsureAsync(Networks.Program, token);
            await test(sw, token);
        });
    }
}
