using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Introspecting;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Introspecting;

public class StatusTests
{
    [Fact]
    public void Tell_TwoReadings_RateIsTheirDifference()
    {
        StatusBoard board = new("node-1", DeviceKind.Node, "c1", 0);
        Assert.Equal(100, board.Tell(1_000_000_000, StatusBoard.Stage("receive", "datagrams", 100)).Stages[0].Rate);
        Assert.Equal(50, board.Tell(3_000_000_000, StatusBoard.Stage("receive", "datagrams", 200)).Stages[0].Rate);
        Assert.Equal(0, board.Tell(3_000_000_000, StatusBoard.Stage("receive", "datagrams", 300)).Stages[0].Rate);
    }

    [Fact]
    public async Task GetStatus_AtTheDataCenter_TellsOfEveryTier()
    {
        await using DataCenterHost dataCenter = await DataCenterHost.StartAsync(
            new DataCenterHostOptions { Listen = "127.0.0.1:0" }, new DepthDetector(), new AlertOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await using CenterHost center = await CenterHost.StartAsync(
            new CenterHostOptions { Listen = "127.0.0.1:0", Upstream = dataCenter.Url }, TimeProvider.System, NullLoggerFactory.Instance);
        await using NodeHost node = NodeHost.Start(
            new NodeHostOptions { Listen = "127.0.0.1:0", Upstream = center.Url }, TimeProvider.System, NullLoggerFactory.Instance);
        using GrpcChannel channel = GrpcChannel.ForAddress(dataCenter.Url);
        Introspection.IntrospectionClient client = new(channel);
        StatusReply reply = new();
        for (int i = 0; i < 1500 && (reply.Tiers.Count < 3 || !reply.Tiers.All(tier => tier.Kind == DeviceKind.DataCenter || tier.Connected)); i++)
        {
            await Task.Delay(40);
            reply = await client.GetStatusAsync(new StatusRequest());
        }

        Assert.Equal(["center-1", "datacenter", "node-1"], reply.Tiers.Select(tier => tier.Name));
        TierStatus told = reply.Tiers[2];
        Assert.Equal((center.Url, ""), (told.Upstream, told.Fault));
        Assert.Equal(["receive", "decode", "flows", "windows", "poll", "send"], told.Stages.Select(stage => stage.Name));
        Assert.NotEqual(0ul, told.Stages[3].Total);
        Assert.Equal(["arrive", "condense", "send"], reply.Tiers[0].Stages.Select(stage => stage.Name));
        Assert.Equal(["arrive", "judge", "store", "feed"], reply.Tiers[1].Stages.Select(stage => stage.Name));
    }
}
