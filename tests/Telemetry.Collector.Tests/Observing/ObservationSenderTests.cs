using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Observing;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Observing;

public class ObservationSenderTests
{
    private static LinkStatus Link(LinkState state, long sinceNs) =>
        new() { A = "s2", APort = 1, B = "s1", BPort = 3, State = state, SinceNs = sinceNs, Reason = "3 probes missed" };

    private static async Task Until(Func<bool> holds, string what)
    {
        for (int i = 0; !holds(); i++)
        {
            Assert.True(i < 3000, $"never came: {what}");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task OnLink_DownThenUp_RaisesAndEndsTheAlertAcrossProcessesOfTheirOwn()
    {
        await using DataCenterHost dataCenter = await DataCenterHost.StartAsync(
            new DataCenterHostOptions { Listen = "127.0.0.1:0" }, new DepthDetector(), new AlertOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await using CenterHost center = await CenterHost.StartAsync(
            new CenterHostOptions { Listen = "127.0.0.1:0", Upstream = dataCenter.Url }, TimeProvider.System, NullLoggerFactory.Instance);
        ObservationSender sender = new(center.Url, "controller", null, TimeProvider.System, _ => { });
        long nowNs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
        Alert? alert = null;
        bool Find(Func<Alert, bool> what) => (alert = dataCenter.Ask(engine => engine.GetTotals().Alerts.FirstOrDefault(what))) is not null;
        await using (sender)
        {
            sender.OnLink(Link(LinkState.Up, nowNs));
            sender.OnLink(Link(LinkState.Down, nowNs + 1));
            await Until(() => Find(found => found.Kind == "linkdown"), "the alert");
            Assert.Equal(("s1-s2", false), (alert!.Entity, alert.HasEndNs));
            Assert.Contains("3 probes missed", alert.Explanation, StringComparison.Ordinal);
            sender.OnLink(Link(LinkState.Up, nowNs + 2));
            await Until(() => Find(found => found.Kind == "linkdown" && found.HasEndNs), "its end");
        }

        await Until(() => Find(found => found.Kind == "silent" && found.Entity == "controller"), "the alarm on the silent controller");
    }

    [Fact]
    public async Task Report_FromATier_IsRefused()
    {
        await using CenterHost center = await CenterHost.StartAsync(
            new CenterHostOptions { Listen = "127.0.0.1:0" }, TimeProvider.System, NullLoggerFactory.Instance);
        using GrpcChannel channel = GrpcChannel.ForAddress(center.Url);
        RpcException fault = await Assert.ThrowsAsync<RpcException>(
            async () => await new Observations.ObservationsClient(channel).ReportAsync(new Observation { Sender = "node-1", Kind = DeviceKind.Node }));
        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
    }
}
