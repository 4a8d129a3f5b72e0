using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Grpc.Net.Client;
using Telemetry.Cli.Tests.Programs;
using Telemetry.Collector.Contracts;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;
using FlowKey = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Cli.Tests.Commands;

public sealed partial class TiersTests : IDisposable
{
    private const int ReportsBetweenSteps = 400;

    private readonly string _folder = Directory.CreateTempSubdirectory("telemetry-tiers").FullName;
    private readonly Socket _exporter = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private uint _sent;

    public void Dispose()
    {
        _exporter.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [RequiresFact("/bin/kill", ReceiveQueue.Table)]
    public async Task Center_KilledAndRestarted_LosesNoWindow()
    {
        await using TelemetryProcess dataCenter = TelemetryProcess.Start(
            "datacenter", "--listen", "127.0.0.1:0", "--history", Path.Combine(_folder, "history.duckdb"));
        string feed = Address(await dataCenter.SaysAsync("serves on"));
        TelemetryProcess center = StartCenter("127.0.0.1:0", feed);
        string centerAddress = Address(await center.SaysAsync("nodes on"));
        await using TelemetryProcess node = TelemetryProcess.Start("node", "--listen", "127.0.0.1:0", "--upstream", centerAddress);
        string listens = ReportAddress().Match(await node.SaysAsync("reports on")).Groups[1].Value;
        IPEndPoint reports = IPEndPoint.Parse(listens);

        await SendAsync(reports);
        await center.SignalAsync("KILL");
        await center.DisposeAsync();
        await SendAsync(reports); // while there is no center
        center = StartCenter(centerAddress, feed);
        await center.SaysAsync("nodes on");
        await SendAsync(reports);
        await center.SignalAsync("KILL"); // now with what it has acknowledged and not passed on
        await center.DisposeAsync();
        center = StartCenter(centerAddress, feed);
        await using TelemetryProcess last = center;
        await last.SaysAsync("nodes on");
        await SendAsync(reports);

        using GrpcChannel channel = GrpcChannel.ForAddress($"http://{feed}");
        Feed.FeedClient client = new(channel);
        ulong counted = 0;
        ReportCounters counters = new();
        for (int i = 0; i < 2400 && (counted != counters.Received || counters.Received + counters.Dropped < _sent); i++)
        {
            Totals totals = await client.GetTotalsAsync(new TotalsRequest());
            counters = totals.Reports ?? counters;
            counted = totals.Ports.Where(p => p.Switch == "node-1").Aggregate(0UL, (sum, p) => sum + p.Packets);
            await Task.Delay(50);
        }

        Assert.Equal(_sent, counters.Received + counters.Dropped);
        Assert.True(counted == counters.Received, $"{_sent} sent, {counted} in windows; the node counted {counters}");
        Assert.True(counted > 3 * ReportsBetweenSteps, $"{counted} of {_sent} were enough to see the kills; the node counted {counters}");
    }

    private TelemetryProcess StartCenter(string listen, string feed) => TelemetryProcess.Start(
        "center", "--listen", listen, "--upstream", feed, "--spool", Path.Combine(_folder, "spool"));

    private async Task SendAsync(IPEndPoint node)
    {
        for (int i = 0; i < ReportsBetweenSteps; i++)
        {
            await ReceiveQueue.DrainAsync(node.Port);
            await _exporter.SendToAsync(OneHop(), node);
            await Task.Delay(1); // spread over several windows
        }
    }

    private byte[] OneHop()
    {
        byte[] buffer = new byte[512];
        HopMetadata hop = new()
        {
            NodeId = 1,
            IngressPort = 1,
            EgressPort = 2,
            HopLatency = 10,
            QueueOccupancy = 3,
            Fields = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue,
        };
        ReportBuilder builder = new(buffer, 1, _sent, 1);
        builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
        builder.AppendFlowWithInt(
            FlowKey.Ipv4(0x0A000101, 0x0A000202, IpProtocol.Udp, 4000, 80),
            new Ipv4Fields { TotalLength = 500, Identification = (ushort)_sent, Ttl = 60 },
            new IntMdFields { RemainingHops = 7 },
            [hop]);
        builder.End();
        _sent++;
        return builder.Written.ToArray();
    }

    private static string Address(string line)
    {
        Match match = HttpAddress().Match(line);
        Assert.True(match.Success, string.Create(CultureInfo.InvariantCulture, $"no address in '{line}'"));
        return match.Groups[1].Value;
    }

    [GeneratedRegex("http://([0-9.]+:[0-9]+)")]
    private static partial Regex HttpAddress();

    [GeneratedRegex("reports on ([0-9.]+:[0-9]+)")]
    private static partial Regex ReportAddress();
}
