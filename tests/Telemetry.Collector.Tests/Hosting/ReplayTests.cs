using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Sources;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Collector.Time;
using Telemetry.Inference.Alerts;

namespace Telemetry.Collector.Tests.Hosting;

/// <summary>Capture files and interfaces as a node's source.</summary>
public sealed class ReplayTests : IDisposable
{

    // An hour ago: what is older than the history keeps windows as they came would be condensed at once.
    private static readonly long s_capturedNs = (RunClock.NowNs(TimeProvider.System) / 1_000_000_000 * 1_000_000_000) - 3_600_000_000_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeProvider s_time = TimeProvider.System;

    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-replay").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    // Packets 1 ms apart, every third to another port, and a pause of 5 s in the middle.
    private static IEnumerable<(long AtNs, byte[] Frame)> Packets(int count)
    {
        for (int i = 0; i < count; i++)
        {
            long afterNs = (i * 1_000_000L) + (i >= count / 2 ? 5_000_000_000L : 0);
            yield return (s_capturedNs + afterNs, CaptureFiles.Frame(i, i % 3 == 2 ? i / 3 : i - (i / 3), (ushort)(i % 3 == 2 ? 9555 : 32766), afterNs));
        }
    }

    private string FileOf(string name, byte[] bytes)
    {
        string file = Path.Combine(_directory, name);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private async Task<(int ExitCode, string Output, string Errors, Totals Totals)> RunAsync(ReplayOptions replay, ulong packets = 0)
    {
        await using DataCenterHost dataCenter = await DataCenterHost.StartAsync(
            new DataCenterHostOptions { Listen = "127.0.0.1:0", DataCenter = new DataCenterOptions { CommitNs = 50_000_000 } },
            new DepthDetector(), new AlertOptions(), s_time, NullLoggerFactory.Instance);
        await using CenterHost center = await CenterHost.StartAsync(
            new CenterHostOptions { Listen = "127.0.0.1:0", Upstream = dataCenter.Url, SpoolDirectory = Path.Combine(_directory, "center") }, s_time, NullLoggerFactory.Instance);
        using StringWriter output = new();
        using StringWriter errors = new();
        using CancellationTokenSource limit = new(s_patience);
        NodeHostOptions options = new() { Replay = replay, Upstream = center.Url, Inventory = Inventories.Linear(), OutboxLimit = 150 };
        int exitCode = await TierCommands.RunNodeAsync(options, output, errors, s_time, NullLoggerFactory.Instance, limit.Token);
        Assert.False(limit.IsCancellationRequested, output.ToString() + errors);
        using Grpc.Net.Client.GrpcChannel channel = Grpc.Net.Client.GrpcChannel.ForAddress(dataCenter.Url);
        Feed.FeedClient feed = new(channel);
        long start = s_time.GetTimestamp();
        Totals totals;
        do
        {
            totals = await feed.GetTotalsAsync(new TotalsRequest { ToNs = long.MaxValue });
            await Task.Delay(20);
        }
        while ((totals.Reports.Decoded < packets || (packets > 0 && (totals.Flows.Count == 0 || totals.Flows[0].Packets < packets))) && s_time.GetElapsedTime(start) < s_patience);
        return (exitCode, output.ToString(), errors.ToString(), totals);
    }

    [PcapFact]
    public async Task Replay_PcapAtFullSpeed_WindowsCarryTheCapturesTime()
    {
        string file = FileOf("a.pcap", CaptureFiles.Pcap(Packets(300)));
        (int exitCode, string output, string errors, Totals totals) = await RunAsync(new ReplayOptions { File = file, Speed = 0, Ports = [32766, 9555] }, packets: 300);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("replayed 300 packets of 5.299 s", output, StringComparison.Ordinal);
        FlowWindow flow = Assert.Single(totals.Flows);
        Assert.Equal((300ul, 0ul, 300ul), (flow.Packets, totals.Reports.Lost, totals.Reports.Decoded));
        Assert.InRange(totals.StartNs, s_capturedNs - 100_000_000, s_capturedNs);
        Assert.InRange(totals.EndNs, s_capturedNs + 5_299_000_000, s_capturedNs + 5_600_000_000);
    }

    [PcapFact]
    public async Task Replay_PcapNgOfOnePortFasterThanCaptured_OthersAreCountedAsSuch()
    {
        string file = FileOf("a.pcapng", CaptureFiles.PcapNg(Packets(90)));
        (int exitCode, string output, _, Totals totals) = await RunAsync(new ReplayOptions { File = file, Speed = 50, Ports = [9555] }, packets: 30);
        Assert.Equal(0, exitCode);
        Assert.Contains("replayed 90 packets", output, StringComparison.Ordinal);
        Assert.Equal((30ul, 30ul), (totals.Reports.Decoded, Assert.Single(totals.Flows).Packets));
        Assert.Equal(0ul, totals.Reports.Lost); // each destination has numbers of its own
    }

    [PcapFact]
    public async Task Replay_FileCutInAPacket_WhatCameBeforeCountsAndOneLineSaysWhere()
    {
        byte[] whole = CaptureFiles.Pcap(Packets(10));
        string file = FileOf("cut.pcap", whole[..^5]);
        (int exitCode, _, string errors, Totals totals) = await RunAsync(new ReplayOptions { File = file, Speed = 0, Ports = [0] }, packets: 9);
        Assert.Equal((1, 9ul), (exitCode, totals.Reports.Decoded));
        Assert.StartsWith($"stopped: {file}: after packet 9: ", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [PcapFact]
    public async Task Replay_NoReportToThePort_SaysSo()
    {
        string file = FileOf("other.pcap", CaptureFiles.Pcap(Packets(3)));
        (int exitCode, _, string errors, _) = await RunAsync(new ReplayOptions { File = file, Speed = 0, Ports = [7] });
        Assert.Equal(1, exitCode);
        Assert.Contains("no telemetry report to UDP port 7 in 3 packets", errors, StringComparison.Ordinal);
    }

    [PcapFact]
    public void Start_BadFiles_OneFaultNamesThem()
    {
        string text = FileOf("text.pcap", "no capture at all"u8.ToArray());
        string empty = FileOf("empty.pcap", CaptureFiles.Pcap([]));
        foreach ((string file, string expected) in ((string, string)[])[
            (text, "not a capture file"), (empty, "there is no packet in it"), (Path.Combine(_directory, "none"), "there is no such file")])
        {
            HostFaultException fault = Assert.Throws<HostFaultException>(
                () => NodeHost.Start(new NodeHostOptions { Replay = new ReplayOptions { File = file } }, s_time, NullLoggerFactory.Instance));
            Assert.StartsWith(file, fault.Message, StringComparison.Ordinal);
            Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        }
    }

    [PcapFact]
    public async Task Capture_Loopback_ReportsToAPortThatAnotherHolds()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return; // listening on an interface needs privileges
        }

        using Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        NodeHostOptions options = new()
        {
            Capture = new LiveCaptureOptions { Interface = "lo", Filter = "src host 127.0.0.1", Ports = [(ushort)port] },
            Upstream = "http://127.0.0.1:9",
            Inventory = Inventories.Linear(),
        };
        await using NodeHost node = NodeHost.Start(options, s_time, NullLoggerFactory.Instance);
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < 200; i++)
        {
            sender.SendTo(Reports.TwoHops((uint)i, (ushort)i), other.LocalEndPoint!);
        }

        long start = s_time.GetTimestamp();
        while (node.Counters.Decoded < 200 && s_time.GetElapsedTime(start) < s_patience)
        {
            await Task.Delay(20);
        }

        ReportCounters counters = node.Counters;
        Assert.Equal((200ul, 200ul, 0ul), (counters.Received, counters.Decoded, counters.Lost));
        HostFaultException fault = Assert.Throws<HostFaultException>(() => NodeHost.Start(
            options with { Capture = new LiveCaptureOptions { Interface = "lo", Filter = "no such word" } }, s_time, NullLoggerFactory.Instance));
        Assert.StartsWith("lo: filter ", fault.Message, StringComparison.Ordinal);
        fault = Assert.Throws<HostFaultException>(() => NodeHost.Start(
            options with { Capture = new LiveCaptureOptions { Interface = "no such interface" } }, s_time, NullLoggerFactory.Instance));
        Assert.Contains("there is no such interface", fault.Message, StringComparison.Ordinal);
    }
}
