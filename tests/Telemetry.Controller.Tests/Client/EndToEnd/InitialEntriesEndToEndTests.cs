using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Tests.Targets;

namespace Telemetry.Controller.Tests.Client.EndToEnd;

/// <summary>What a program puts into its tables is nobody's to prune.</summary>
public sealed class InitialEntriesEndToEndTests(LiveSwitches switches) : IClassFixture<LiveSwitches>
{
    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Plan_NothingWanted_LeavesTheProgramsOwnEntries(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        Assert.Empty((await client.PlanAsync([])).Steps);
        Assert.DoesNotContain(await client.ReadStateAsync(), e => e.Text.Contains("initial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_ClientChangedOne_IsThatClients()
    {
        await using P4Switch client = await switches.ConnectAsync(TargetNames.Embedded);
        P4Entry own = (await client.ReadTableAsync("initial")).Single(e => !e.IsDefault);
        P4Entry changed = LiveSwitches.Program.Bind(EntryText.Parse("initial hdr.probe.flags=0xdd -> set(value=1)"));
        await client.WriteAsync([P4Update.Modify(changed)]);
        Assert.Equal(changed.Text, Assert.Single((await client.PlanAsync([])).Steps).Present!.Text);
        await client.WriteAsync([P4Update.Modify(own)]);
        Assert.Empty((await client.PlanAsync([])).Steps);
    }
}
