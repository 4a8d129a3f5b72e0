using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Tui.Feed;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Tests.Feed;

public class FeedClientTests
{
    [Fact]
    public async Task RunAsync_ServerUp_BringsSnapshotAndChanges()
    {
        await using FakeFeed server = await FakeFeed.StartAsync(Fabrics.HotSnapshot());
        using CancellationTokenSource stop = new();
        FeedClient client = Client(server.Address);
        Task running = client.RunAsync(stop.Token);

        FabricState state = await UntilAsync(client, FabricState.Empty, s => s.HasData);
        Assert.Equal(FeedPhase.Connected, client.Status.Phase);
        server.Send(new Update { Alert = Fabrics.Congestion("s2-p1", 2) });
        state = await UntilAsync(client, state, s => s.Alerts.Count == 2);

        Assert.Equal("s2-p1", state.Alerts[2].Entity);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task RunAsync_ServerDiesAndComesBack_FollowsAgain()
    {
        FakeFeed first = await FakeFeed.StartAsync(Fabrics.HotSnapshot());
        using CancellationTokenSource stop = new();
        FeedClient client = Client(first.Address);
        Task running = client.RunAsync(stop.Token);
        FabricState state = await UntilAsync(client, FabricState.Empty, s => s.Name == "leafspine-2x4");

        await first.DisposeAsync();
        await UntilAsync(() => client.Status is { Phase: FeedPhase.Lost, Attempt: >= 2 });
        Assert.NotEmpty(client.Status.Reason);
        Assert.False(running.IsCompleted);

        await using FakeFeed second = await FakeFeed.StartAsync(new Update.Types.Snapshot { Inventory = Fabrics.Linear(3) }, first.Port);
        state = await UntilAsync(client, state, s => s.Name == "linear");

        Assert.Equal((FeedPhase.Connected, 0), (client.Status.Phase, client.Status.Attempt));
        Assert.Empty(state.Alerts);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task RunAsync_NobodyThere_KeepsTryingAndSaysWhy()
    {
        FakeFeed server = await FakeFeed.StartAsync(Fabrics.HotSnapshot());
        Uri closed = server.Address;
        await server.DisposeAsync();
        using CancellationTokenSource stop = new();
        FeedClient client = Client(closed);

        Task running = client.RunAsync(stop.Token);
        await UntilAsync(() => client.Status is { Phase: FeedPhase.Lost, Attempt: >= 2 });

        Assert.Contains("refused", client.Status.Reason, StringComparison.Ordinal);
        Assert.True(client.Status.RetryAt > 0);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Pause_Attempts_DoubleUpToFiveSeconds() =>
        Assert.Equal(
            [250, 500, 1000, 2000, 4000, 5000, 5000],
            new[] { 1, 2, 3, 4, 5, 6, 1000 }.Select(a => FeedClient.Pause(a).TotalMilliseconds));

    [Fact]
    public void Describe_WrappedFault_IsOneLineOfTheCause()
    {
        RpcException rpc = new(new Status(StatusCode.Unimplemented, "no such service\nat all"));

        Assert.Equal("Unimplemented: no such service", FeedClient.Describe(rpc));
        Assert.Equal("cause", FeedClient.Describe(new IOException("outer", new IOException("cause"))));
    }

    private static FeedClient Client(Uri address) => new(() => FeedChannel.To(address), TimeProvider.System, NullLogger.Instance);

    private static async Task<FabricState> UntilAsync(FeedClient client, FabricState state, Func<FabricState, bool> done)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (!done(state))
        {
            Assert.True(await client.WaitToReadAsync(limit.Token));
            while (client.TryRead(out Received received))
            {
                state = state.Apply(received.Update, received.At);
            }
        }

        return state;
    }

    private static async Task UntilAsync(Func<bool> done)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (!done())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
