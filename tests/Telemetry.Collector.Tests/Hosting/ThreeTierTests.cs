using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Hosting;

/// <summary>The tiers as hosts of their own over UDP and gRPC on the loopback, every port chosen by the system.</summary>
public sealed class ThreeTierTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeProvider s_time = TimeProvider.System;

    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-tiers").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Task<DataCenterHost> DataCenterAsync(string listen = "127.0.0.1:0") => DataCenterHost.StartAsync(
        new DataCenterHostOptions
        {
            Listen = listen,
            HistoryFile = Path.Combine(_directory, "history.duckdb"),
            DataCenter = new DataCenterOptions { CommitNs = 100_000_000 },
        },
        new DepthDetector(),
        new AlertOptions(),
        s_time,
        NullLoggerFactory.Instance);

    private Task<CenterHost> CenterAsync(string upstream, string listen = "127.0.0.1:0") => CenterHost.StartAsync(
        new CenterHostOptions { Listen = listen, Upstream = upstream, SpoolDirectory = Path.Combine(_directory, "center") },
        s_time,
        NullLoggerFactory.Instance);

    private static NodeHost Node(string upstream) => NodeHost.Start(
        new NodeHostOptions { Listen = "127.0.0.1:0", Upstream = upstream, Inventory = Inventories.Linear() }, s_time, NullLoggerFactory.Instance);

    private static void Send(NodeHost node, int from, int count)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = from; i < from + count; i++)
        {
            socket.SendTo(Reports.TwoHops((uint)i, (ushort)i), node.EndPoint);
        }
    }

    /// <summary>Waits for a state that must come; how long that takes is not judged.</summary>
    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        long start = s_time.GetTimestamp();
        while (!await holds())
        {
            Assert.True(s_time.GetElapsedTime(start) < s_patience, $"never came: {what}");
            await Task.Delay(20);
        }
    }

    private static async Task<ulong> PacketsAsync(Feed.FeedClient feed)
    {
        // What the history holds, not what is in memory.
        Totals totals = await feed.GetTotalsAsync(new TotalsRequest { ToNs = long.MaxValue });
        return totals.Ports.Where(port => port.Switch == "s1").Aggregate(0ul, (sum, port) => sum + port.Packets);
    }

    [Fact]
    public async Task Reports_OverUdpAndGrpc_ReachHistoryAndFeed()
    {
        await using DataCenterHost dataCenter = await DataCenterAsync();
        await using CenterHost center = await CenterAsync(dataCenter.Url);
        await using NodeHost node = Node(center.Url);
        using GrpcChannel channel = GrpcChannel.ForAddress(dataCenter.Url);
        Feed.FeedClient feed = new(channel);
        using AsyncServerStreamingCall<Update> updates = feed.Subscribe(new SubscribeRequest { Client = "test" });
        Assert.True(await updates.ResponseStream.MoveNext(CancellationToken.None));
        Assert.NotNull(updates.ResponseStream.Current.Snapshot);

        Send(node, 0, 300);
        await Until(async () => await PacketsAsync(feed) == 300, "300 packets in the history");
        ulong seen = 0;
        while (seen < 300)
        {
            Assert.True(await updates.ResponseStream.MoveNext(CancellationToken.None));
            seen += updates.ResponseStream.Current.Window?.Ports.Where(port => port.Switch == "s1").Aggregate(0ul, (sum, port) => sum + port.Packets) ?? 0;
        }

        Totals totals = await feed.GetTotalsAsync(new TotalsRequest());
        Assert.Equal((300ul, 300ul, 0ul), (totals.Reports.Received, totals.Reports.Decoded, totals.Reports.Malformed));
        Assert.Equal(["s1", "s2"], Assert.Single(totals.Flows).Path);
        Assert.All(totals.Devices.Where(device => device.Name is "node-1" or "center-1" or "datacenter" or "s1"), device => Assert.Equal(DeviceState.Up, device.State));
        using AsyncServerStreamingCall<HistoryRow> rows = feed.GetHistory(new HistoryRequest { Table = HistoryRequest.Types.Table.Ports, Entity = "s1-p3" });
        Assert.True(await rows.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Contains("hop_p50_ns", rows.ResponseStream.Current.Columns);
        RpcException fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            using AsyncServerStreamingCall<HistoryRow> none = feed.GetHistory(new HistoryRequest());
            await none.ResponseStream.MoveNext(CancellationToken.None);
        });
        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
    }

    [Fact]
    public async Task CenterAndDataCenter_Restarted_EveryPacketIsCountedOnce()
    {
        DataCenterHost dataCenter = await DataCenterAsync();
        string dataCenterAddress = new Uri(dataCenter.Url).Authority;
        CenterHost center = await CenterAsync(dataCenter.Url);
        string centerAddress = new Uri(center.Url).Authority;
        await using NodeHost node = Node(center.Url);
        Send(node, 0, 100);
        await Until(() => Task.FromResult(node.Counters.Decoded == 100), "100 reports decoded");

        await dataCenter.DisposeAsync();
        Send(node, 100, 100);
        await Until(() => Task.FromResult(node.Counters.Decoded == 200), "200 reports decoded");
        await center.DisposeAsync();
        Send(node, 200, 100);
        await Until(() => Task.FromResult(node.Counters.Decoded == 300), "300 reports decoded");

        await using CenterHost secondCenter = await CenterAsync($"http://{dataCenterAddress}", centerAddress);
        await using DataCenterHost secondDataCenter = await DataCenterAsync(dataCenterAddress);
        using GrpcChannel channel = GrpcChannel.ForAddress(secondDataCenter.Url);
        Feed.FeedClient feed = new(channel);
        await Until(async () => await PacketsAsync(feed) >= 300, "300 packets in the history");
        await Until(() => Task.FromResult(secondCenter.Outbox.Pending < 20 && node.Outbox.Pending < 20), "the outboxes drain");
        Assert.Equal(300ul, await PacketsAsync(feed));
        Assert.Equal((0L, 0L), (node.Outbox.Dropped, secondCenter.Outbox.Dropped));
    }

    [Fact]
    public async Task BusyPort_IsOneClearErrorAndNothingHalfStarted()
    {
        await using DataCenterHost dataCenter = await DataCenterAsync();
        string busy = new Uri(dataCenter.Url).Authority;
        using StringWriter output = new();
        using StringWriter errors = new();
        int exit = await TierCommands.RunCenterAsync(
            new CenterHostOptions { Listen = busy, SpoolDirectory = Path.Combine(_directory, "busy") }, output, errors, s_time, NullLoggerFactory.Instance, CancellationToken.None);
        Assert.Equal((1, ""), (exit, output.ToString()));
        Assert.StartsWith($"cannot serve on {busy}: ", Assert.Single(errors.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
        await using CenterHost again = await CenterHost.StartAsync(
            new CenterHostOptions { Listen = "127.0.0.1:0", SpoolDirectory = Path.Combine(_directory, "busy") }, s_time, NullLoggerFactory.Instance);

        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        HostFaultException fault = Assert.Throws<HostFaultException>(
            () => NodeHost.Start(new NodeHostOptions { Listen = socket.LocalEndPoint!.ToString()! }, s_time, NullLoggerFactory.Instance));
        Assert.StartsWith($"cannot receive reports on {socket.LocalEndPoint}: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadOptions_AreNamedTogether()
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        NodeHostOptions options = new() { Listen = "nowhere", RingDatagrams = 1 };
        Assert.Equal(1, await TierCommands.RunNodeAsync(options, output, errors, s_time, NullLoggerFactory.Instance, CancellationToken.None));
        Assert.Equal("node options: Listen nowhere is not of the form ADDRESS:PORT; RingDatagrams 1 is not in 16 to 1000000", errors.ToString().TrimEnd());
    }

    [Fact]
    public async Task RunDataCenter_Cancelled_EndsCleanly()
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        using CancellationTokenSource stop = new();
        Task<int> running = TierCommands.RunDataCenterAsync(
            new DataCenterHostOptions { Listen = "127.0.0.1:0" }, new DepthDetector(), new AlertOptions(), output, errors, s_time, NullLoggerFactory.Instance, stop.Token);
        await Until(() => Task.FromResult(output.ToString().Length > 0), "the line that says where");
        await stop.CancelAsync();
        Assert.Equal((0, ""), (await running, errors.ToString()));
        Assert.Matches(@"^datacenter: serves on http://127\.0\.0\.1:\d+, history in memory", output.ToString());
    }
}
