using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Feeds;
using Telemetry.Collector.History;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Feeds;

public class OtlpExporterTests
{
    [Fact]
    public async Task Export_OverHttp_SendsMetricsAndEvents()
    {
        ConcurrentDictionary<string, string> got = new();
        await using GrpcHost receiver = await GrpcHost.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0),
            null,
            _ => { },
            app => app.MapPost("/{**path}", (RequestDelegate)(async context =>
            {
                using MemoryStream body = new();
                await context.Request.Body.CopyToAsync(body);
                got.AddOrUpdate(context.Request.Path, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            })),
            NullLoggerFactory.Instance,
            CancellationToken.None,
            HttpProtocols.Http1);
        using DuckDbHistoryStore store = DuckDbHistoryStore.InMemory();
        DataCenterEngine engine = new(new DataCenterOptions(), new ManualTime(), store, new DepthDetector(), new AlertOptions());
        TierStatus tier = new() { Name = "node-1", Stages = { new Stage { Name = "receive", Total = 5 } } };
        await using (new OtlpExporter(
            new OtlpOptions { Url = receiver.Url, OverHttp = true, Period = TimeSpan.FromMilliseconds(200) }, "dc", engine.Subscribe("test"), () => [tier]))
        {
            engine.Accept(new Batch
            {
                Sender = "center-1",
                Epoch = 1,
                Sequence = 1,
                Windows = { new Window { LengthNs = 1, Ports = { new PortWindow { Switch = "s1", Port = 3, Packets = 4 } } } },
                Events = { new Event { Kind = EventKind.PathChange, Entity = "h1>h2", Detail = "s1 s2 -> s1 s3" } },
            });
            engine.Flush();
            for (int i = 0; i < 3000 && !(Has("/v1/metrics", "telemetry.port.packets") && Has("/v1/logs", "h1>h2")); i++)
            {
                await Task.Delay(20);
            }
        }

        Assert.True(Has("/v1/metrics", "telemetry.port.packets") && Has("/v1/metrics", "telemetry.stage.items") && Has("/v1/metrics", "node-1"));
        Assert.True(Has("/v1/logs", "PathChange h1>h2: s1 s2 -> s1 s3"));
        bool Has(string path, string text) => got.TryGetValue(path, out string? body) && body.Contains(text, StringComparison.Ordinal);
    }
}
