using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Telemetry.Cli.Tests.Programs;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.History;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;
using Xunit.Abstractions;
using FlowKey = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Cli.Tests.Commands;

/// <summary>
/// Kills a random tier each second while reports flow, and then looks for every single report in the history: each
/// carries its number as a hop latency, so that a doubled window shows as a number that is there twice.
/// TELEMETRY_KILL_SECONDS and TELEMETRY_KILL_RATE (reports/s) make it longer and faster than in the suite.
/// </summary>
public sealed partial class KillLoopTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const int ReportsPerDatagram = 8;
    private const int Ports = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("telemetry-kill").FullName;
    private readonly Socket _exporter = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<(long AtMs, uint Sent)> _timeline = [];
    private readonly List<(long FromMs, long ToMs)> _nodeDown = [];
    private readonly byte[] _buffer = new byte[2048];
    private TelemetryProcess? _dataCenter;
    private TelemetryProcess? _center;
    private TelemetryProcess? _node;
    private uint _datagrams;
    private volatile uint _sent;

    private static int Seconds => Setting("TELEMETRY_KILL_SECONDS", 6);

    private static int Rate => Setting("TELEMETRY_KILL_RATE", 4000);

    private string HistoryFile => Path.Combine(_folder, "history.duckdb");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (TelemetryProcess? process in (TelemetryProcess?[])[_node, _center, _dataCenter])
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _exporter.Dispose();

    [RequiresFact("/bin/kill", ReceiveQueue.Table)]
    public async Task Tiers_KilledAtRandom_EveryWindowIsInTheHistoryOnce()
    {
        _dataCenter = StartDataCenter("127.0.0.1:0");
        string feed = Match(HttpAddress(), await _dataCenter.SaysAsync("serves on"));
        _center = StartCenter("127.0.0.1:0", feed);
        string center = Match(HttpAddress(), await _center.SaysAsync("nodes on"));
        _node = StartNode("127.0.0.1:0", center);
        string reports = Match(ReportAddress(), await _node.SaysAsync("reports on"));
        IPEndPoint target = IPEndPoint.Parse(reports);

        using CancellationTokenSource enough = new();
        Task sending = Task.Run(() => SendAsync(target, enough.Token));
        Random random = new(5);
        int[] kills = new int[3];
        Task listening = Task.CompletedTask;
        for (int i = 0; i < Seconds; i++)
        {
            await Task.Delay(1000);
            int tier = random.Next(3);
            kills[tier]++;
            switch (tier)
            {
                case 0:
                    await KillAsync(_dataCenter);
                    _dataCenter = StartDataCenter(feed);
                    break;
                case 1:
                    await KillAsync(_center);
                    _center = StartCenter(center, feed);
                    break;
                default:
                    long fromMs = _clock.ElapsedMilliseconds;
                    await _node.SignalAsync("KILL");
                    await _node.EndAsync();
                    await listening; // of the node that was just killed, perhaps before it listened
                    await _node.DisposeAsync();
                    _node = StartNode(reports, center);
                    listening = NoteWhenListeningAsync(_node, fromMs);
                    break;
            }
        }

        await _node.SaysAsync("reports on");
        await listening;
        uint marker = _sent;
        while (_sent < marker + 1000)
        {
            await Task.Delay(20);
        }

        await enough.CancelAsync();
        await sending;
        uint sent = _sent;
        Dictionary<ulong, long> found = await DrainAsync(feed, marker);

        long doubled = found.Values.Count(times => times != 1);
        uint[] missing = [.. Enumerable.Range(0, (int)sent).Select(number => (uint)number).Where(number => !found.ContainsKey(number))];
        uint[] unexplained = [.. missing.Where(number => !WasNodeDown(number))];
        output.WriteLine($"{Seconds} s, killed: datacenter {kills[0]}, center {kills[1]}, node {kills[2]}; {sent} reports sent "
            + $"({sent * 1000L / _timeline[^1].AtMs}/s), {found.Count} in the history, {doubled} doubled, {missing.Length} missing while the node was dead, {unexplained.Length} otherwise: {string.Join(' ', unexplained.Take(20))}");
        Assert.Equal(0, doubled);
        Assert.Empty(unexplained);
        Assert.True(found.Count > sent / 10, $"only {found.Count} of {sent} reports came in at all");
    }

    /// <summary>A killed node loses what it had not put into its spool: the open window, and what waited before it.</summary>
    private bool WasNodeDown(uint number)
    {
        // The first entry that counts it among the sent ones.
        int at = _timeline.BinarySearch((0, number + 1), Comparer<(long AtMs, uint Sent)>.Create((a, b) => a.Sent.CompareTo(b.Sent)));
        long atMs = _timeline[Math.Min(at < 0 ? ~at : at, _timeline.Count - 1)].AtMs;

        // A node that gets no processor for a while holds that much in its ring.
        const long OpenMs = 2000;
        return _nodeDown.Exists(down => atMs >= down.FromMs - OpenMs && atMs <= down.ToMs + 100);
    }

    private async Task NoteWhenListeningAsync(TelemetryProcess node, long fromMs)
    {
        long toMs;
        try
        {
            await node.SaysAsync("reports on");
            toMs = _clock.ElapsedMilliseconds;
        }
        catch (Xunit.Sdk.XunitException) when (node.HasExited)
        {
            toMs = _clock.ElapsedMilliseconds; // killed again before it listened
        }

        lock (_nodeDown)
        {
            _nodeDown.Add((fromMs, toMs));
        }
    }

    /// <summary>Waits until the history holds what was sent last, and returns how often it holds each report.</summary>
    private async Task<Dictionary<ulong, long>> DrainAsync(string feed, uint marker)
    {
        for (int i = 0; ; i++)
        {
            await Task.Delay(2000);
            await _dataCenter!.SaysAsync("serves on");
            await _dataCenter.SignalAsync("TERM");
            await _dataCenter.EndAsync();
            await _dataCenter.DisposeAsync();
            using (DuckDbHistoryStore store = DuckDbHistoryStore.Open(HistoryFile))
            {
                Dictionary<ulong, long> found = Count(store);
                if (found.Keys.Any(number => number >= marker + 500))
                {
                    OriginMark mark = Assert.Single(store.ReadOrigins());
                    Assert.Equal((1ul, 2), (mark.Bounds[0], mark.Bounds.Count));
                    return found;
                }
            }

            Assert.True(i < 60, "the last reports never came");
            _dataCenter = StartDataCenter(feed);
        }
    }

    private static Dictionary<ulong, long> Count(DuckDbHistoryStore store)
    {
        Dictionary<ulong, long> found = [];
        foreach (PortWindow port in store.ReadWindows(0, long.MaxValue).SelectMany(window => window.Ports).Where(port => port.Packets > 0))
        {
            Distribution values = port.HopLatencyNs;
            Assert.Equal(0u, values.Bits);
            ulong value = 0;
            for (int i = 0; i < values.Deltas.Count; i++)
            {
                value += values.Deltas[i];
                ulong number = (value / 1000 * Ports) + port.Port;
                found[number] = found.GetValueOrDefault(number) + (long)values.Counts[i];
            }
        }

        return found;
    }

    private async Task SendAsync(IPEndPoint target, CancellationToken enough)
    {
        long startMs = _clock.ElapsedMilliseconds;
        uint due = 0;
        while (!enough.IsCancellationRequested)
        {
            await ReceiveQueue.DrainAsync(target.Port);
            due = Math.Min((uint)((_clock.ElapsedMilliseconds - startMs) * Rate / 1000), _sent + 256);
            while (_sent < due)
            {
                await _exporter.SendToAsync(Next(), target, CancellationToken.None);
            }

            _timeline.Add((_clock.ElapsedMilliseconds, _sent));
            await Task.Delay(1, CancellationToken.None);
        }
    }

    private ReadOnlyMemory<byte> Next()
    {
        ReportBuilder builder = new(_buffer, 1, _datagrams++, 1);
        for (int i = 0; i < ReportsPerDatagram; i++)
        {
            HopMetadata hop = new()
            {
                NodeId = 1,
                IngressPort = 100,
                EgressPort = (ushort)(_sent % Ports),
                HopLatency = _sent / Ports,
                Fields = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency,
            };
            builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
            builder.AppendFlowWithInt(
                FlowKey.Ipv4(0x0A000101, 0x0A000202, IpProtocol.Udp, 4000, 80),
                new Ipv4Fields { TotalLength = 500, Identification = (ushort)_sent, Ttl = 60 },
                new IntMdFields { RemainingHops = 7 },
                [hop]);
            builder.End();
            _sent++;
        }

        return _buffer.AsMemory(0, builder.Written.Length);
    }

    private TelemetryProcess StartDataCenter(string listen) =>
        TelemetryProcess.Start("datacenter", "--listen", listen, "--history", HistoryFile);

    private TelemetryProcess StartCenter(string listen, string upstream) =>
        TelemetryProcess.Start("center", "--listen", listen, "--upstream", upstream, "--spool", Path.Combine(_folder, "center"));

    private TelemetryProcess StartNode(string listen, string upstream) =>
        TelemetryProcess.Start("node", "--listen", listen, "--upstream", upstream, "--spool", Path.Combine(_folder, "node"));

    private static async Task KillAsync(TelemetryProcess process)
    {
        await process.SignalAsync("KILL");
        await process.EndAsync();
        await process.DisposeAsync();
    }

    private static string Match(Regex pattern, string line)
    {
        Match match = pattern.Match(line);
        Assert.True(match.Success, $"no address in '{line}'");
        return match.Groups[1].Value;
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : usual;

    [GeneratedRegex("http://([0-9.]+:[0-9]+)")]
    private static partial Regex HttpAddress();

    [GeneratedRegex("reports on ([0-9.]+:[0-9]+)")]
    private static partial Regex ReportAddress();
}
