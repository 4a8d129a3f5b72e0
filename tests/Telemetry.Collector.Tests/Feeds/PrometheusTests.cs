using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Feeds;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Feeds;

public sealed class PrometheusTests : IDisposable
{
    private const string Promtool = "/usr/bin/promtool";
    private const string PrometheusServer = "/usr/bin/prometheus";

    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-prometheus").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Window Sample() => new()
    {
        StartNs = 1_000_000_000,
        LengthNs = 100_000_000,
        Ports =
        {
            new PortWindow
            {
                Switch = "s1", Port = 3, Packets = 4, TxBytes = 4000, TxPackets = 4, RxBytes = 1, RxPackets = 1, Drops = 2, Errors = 0, QueueCapacity = 64,
                HopLatencyNs = new Distribution { Deltas = { 20_000, 10_000 }, Counts = { 3, 1 } }, QueueDepth = new Distribution { Deltas = { 1, 6 }, Counts = { 1, 1 } },
            },
        },
        Links = { new LinkWindow { A = "s1", APort = 3, B = "s2", BPort = 1, Packets = 4, LatencyNs = new Distribution { Deltas = { 1_000_000 }, Counts = { 4 } } } },
        Flows = { new FlowWindow { Key = new FlowKey(), Src = "h1", Dst = "h2", Packets = 4, Bytes = 400, Lost = 1 } },
    };

    private static IEnumerable<Update> Everything()
    {
        yield return new Update
        {
            Snapshot = new Update.Types.Snapshot
            {
                Reports = new ReportCounters { Received = 9, Decoded = 8, Malformed = 1, Errors = { ["GroupVersion"] = 1 } },
                Devices = { new DeviceStatus { Name = "s1", Kind = DeviceKind.Switch, State = DeviceState.Up, CpuPercent = 50, MemoryBytes = 1000 } },
                Links = { new LinkStatus { A = "s1", APort = 3, B = "s2", BPort = 1, State = LinkState.Down } },
            },
        };
        yield return new Update { Window = Sample() };
        yield return new Update { Alert = new Alert { Id = 1, Kind = "congestion", Entity = "s1-p3" } };
        yield return new Update { Alert = new Alert { Id = 2, Kind = "congestion", Entity = "s1-p4" } };
        yield return new Update { Alert = new Alert { Id = 2, Kind = "congestion", Entity = "s1-p4", EndNs = 7 } };
        yield return new Update { Event = new Event { Kind = EventKind.NewFlow, Entity = "h1>h2" } };
    }

    private static TierStatus Tier() => new()
    {
        Name = "node-1", Kind = DeviceKind.Node, Upstream = "http://127.0.0.1:1", StartedNs = 1,
        Stages = { new Stage { Name = "receive", Total = 5, Dropped = 1, Queue = 2, LagNs = 3, Errors = { ["lost_before"] = 1 } } },
    };

    private static async Task<string> TextAsync(StageMetrics metrics)
    {
        using MemoryStream stream = new();
        await metrics.WriteAsync(stream, CancellationToken.None);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task<string> FilledAsync()
    {
        await using StageMetrics metrics = new(() => [Tier()]);
        NetworkMetrics network = new(metrics.Registry, 100);
        foreach (Update update in Everything())
        {
            network.Take(update);
        }

        return await TextAsync(metrics);
    }

    [Fact]
    public async Task Take_EveryKindOfUpdate_ShowsInTheText()
    {
        string text = await FilledAsync();
        foreach (string line in (string[])
        [
            "telemetry_port_packets_total{switch=\"s1\",port=\"3\"} 4",
            "telemetry_port_drops_total{switch=\"s1\",port=\"3\"} 2",
            "telemetry_port_hop_latency_seconds_count{switch=\"s1\",port=\"3\"} 4",
            "telemetry_port_hop_latency_seconds_bucket{switch=\"s1\",port=\"3\",le=\"5e-05\"} 4",
            "telemetry_port_hop_latency_seconds_bucket{switch=\"s1\",port=\"3\",le=\"1e-05\"} 0",
            "telemetry_port_queue_depth_packets{switch=\"s1\",port=\"3\"} 7",
            "telemetry_link_up{source=\"s1\",source_port=\"3\",destination=\"s2\",destination_port=\"1\"} 0",
            "telemetry_device_up{device=\"s1\",kind=\"Switch\"} 1",
            "telemetry_device_cpu_ratio{device=\"s1\"} 0.5",
            "telemetry_alerts_active{kind=\"congestion\"} 1",
            "telemetry_alerts_raised_total{kind=\"congestion\"} 2",
            "telemetry_reports_malformed_total{kind=\"GroupVersion\"} 1",
            "telemetry_flow_lost_packets_total 1",
            "telemetry_stage_dropped_total{tier=\"node-1\",stage=\"receive\"} 1",
        ])
        {
            Assert.Contains(line + "\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Take_MorePortsThanTheLimit_GetNoSeriesAndAreCounted()
    {
        await using StageMetrics metrics = new(() => []);
        NetworkMetrics network = new(metrics.Registry, 10);
        for (int round = 0; round < 2; round++)
        {
            Window window = new();
            window.Ports.AddRange(Enumerable.Range(0, 25).Select(port => new PortWindow { Switch = "s1", Port = (uint)port, Packets = 1 }));
            network.Take(new Update { Window = window });
        }

        string text = await TextAsync(metrics);
        Assert.Equal(10, text.Split('\n').Count(line => line.StartsWith("telemetry_port_packets_total{", StringComparison.Ordinal)));
        Assert.Contains("telemetry_series_omitted_total 30\n", text, StringComparison.Ordinal);
    }

    [ProgramFact(Promtool, "prometheus")]
    public async Task Text_PromtoolChecksIt_HasNoComplaint()
    {
        using Process promtool = Process.Start(new ProcessStartInfo(Promtool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await promtool.StandardInput.WriteAsync(await FilledAsync());
        promtool.StandardInput.Close();
        string said = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.Equal((0, ""), (promtool.ExitCode, said));
    }

    [ProgramFact(PrometheusServer, "prometheus")]
    public async Task Serve_RealPrometheus_ScrapesTheDataCenter()
    {
        int metricsPort = FreePort();
        int prometheusPort = FreePort();
        await using DataCenterHost dataCenter = await DataCenterHost.StartAsync(
            new DataCenterHostOptions { Listen = "127.0.0.1:0", Metrics = $"127.0.0.1:{metricsPort}" },
            new DepthDetector(), new AlertOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        using GrpcChannel channel = GrpcChannel.ForAddress(dataCenter.Url);
        using AsyncDuplexStreamingCall<Batch, Ack> push = new Ingest.IngestClient(channel).Push();
        await push.RequestStream.WriteAsync(new Batch { Sender = "center-1", Epoch = 1, Sequence = 1, Windows = { Sample() } });

        string config = Path.Combine(_directory, "prometheus.yml");
        await File.WriteAllTextAsync(config, $"""
            global: {"{"} scrape_interval: 1s {"}"}
            scrape_configs:
              - job_name: telemetry
                static_configs: [ {"{"} targets: ["127.0.0.1:{metricsPort}"] {"}"} ]
            """);
        using Process prometheus = Process.Start(new ProcessStartInfo(
            PrometheusServer,
            [$"--config.file={config}", $"--storage.tsdb.path={_directory}/data", $"--web.listen-address=127.0.0.1:{prometheusPort}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            prometheus.ErrorDataReceived += (_, _) => { };
            prometheus.BeginErrorReadLine();
            using HttpClient client = new();
            string found = "";
            for (int i = 0; i < 300 && found.Length == 0; i++)
            {
                await Task.Delay(200);
                found = await QueryAsync(client, prometheusPort, "telemetry_port_packets_total{switch=\"s1\"}");
            }

            Assert.Equal("4", found);
            Assert.Equal("1", await QueryAsync(client, prometheusPort, "up{job=\"telemetry\"}"));
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
        }
    }

    private static async Task<string> QueryAsync(HttpClient client, int port, string query)
    {
        try
        {
            string answer = await client.GetStringAsync($"http://127.0.0.1:{port}/api/v1/query?query={Uri.EscapeDataString(query)}");
            using JsonDocument document = JsonDocument.Parse(answer);
            JsonElement result = document.RootElement.GetProperty("data").GetProperty("result");
            return result.GetArrayLength() == 0 ? "" : result[0].GetProperty("value")[1].GetString()!;
        }
        catch (HttpRequestException)
        {
            return ""; // not up yet
        }
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return int.Parse(socket.LocalEndPoint!.ToString()!.Split(':')[1], CultureInfo.InvariantCulture);
    }
}
