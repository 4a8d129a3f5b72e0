using System.CommandLine;
using System.Diagnostics;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Time;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Cli.Benchmarks;

/// <summary>
/// What one core decodes, by format, carrier and hops, and what it decodes and aggregates in a node: ports, links, flows with path, loss and latency, windows
/// of 100 ms closed and handed on. Rates are per second of processor time. 8 words of metadata a hop (v2.x), each datagram one report of another flow; they are encoded beforehand.
/// </summary>
internal sealed class DecodeBenchmark() : Benchmark("decode", "Telemetry reports on one core: decoding alone, and decoding with a node's analysis")
{
    private const int Flows = 4096;
    private const int BatchDatagrams = 64;
    private const int WarmWindows = 10;
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(1);

    // Processor time of the whole process: other programs on the machine do not count, the garbage collector does.
    private static TimeSpan CpuTime => Environment.CpuUsage.TotalTime;

    public override Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation)
    {
        List<BenchResult> results = [];
        double allocated = 0;
        foreach (int hops in (int[])[6, 1, 2, 3, 10])
        {
            Decode(results, $"decode-{hops}hop", ReportVersion.V20, IntCarrier.Udp, hops, ref allocated, progress, cancellation);
        }

        Decode(results, "decode-tcp-6hop", ReportVersion.V20, IntCarrier.Tcp, 6, ref allocated, progress, cancellation);
        Decode(results, "decode-vxlan-6hop", ReportVersion.V20, IntCarrier.VxlanGpe, 6, ref allocated, progress, cancellation);
        Decode(results, "decode-gre-6hop", ReportVersion.V20, IntCarrier.Gre, 6, ref allocated, progress, cancellation);
        Decode(results, "decode-geneve-3hop", ReportVersion.V20, IntCarrier.Geneve, 3, ref allocated, progress, cancellation);
        Decode(results, "decode-v10-6hop", ReportVersion.V10, IntCarrier.Udp, 6, ref allocated, progress, cancellation);
        Decode(results, "decode-v05-6hop", ReportVersion.V05, IntCarrier.Udp, 6, ref allocated, progress, cancellation);
        results.Add(new("decode-bytes", allocated, "bytes allocated"));
        Aggregate(results, 6, progress, cancellation);
        Aggregate(results, 2, progress, cancellation);
        return Task.FromResult<IReadOnlyList<BenchResult>>(results);
    }

    private static void Decode(
        List<BenchResult> results, string name, ReportVersion format, IntCarrier carrier, int hops, ref double allocated, TextWriter progress, CancellationToken cancellation)
    {
        progress.WriteLine(name);
        DecodeTraffic traffic = new(format, carrier, hops, Flows);
        DecodedReport report = new();
        Round(traffic, report);
        Round(traffic, report);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan started = CpuTime;
        long reports = 0;
        long found = 0;
        TimeSpan elapsed;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            found += Round(traffic, report);
            reports += traffic.Count;
            elapsed = CpuTime - started;
        }
        while (elapsed < s_each);
        allocated += GC.GetAllocatedBytesForCurrentThread() - bytes;
        if (found != reports * hops)
        {
            throw new CommandException($"{name}: {found} hops decoded of {reports * hops}");
        }

        results.Add(new(name, reports / elapsed.TotalSeconds, "reports/s"));
        if (name == "decode-6hop")
        {
            results.Add(new("decode-6hop-hops", reports * hops / elapsed.TotalSeconds, "hop records/s"));
        }
    }

    private static long Round(DecodeTraffic traffic, DecodedReport report)
    {
        long hops = 0;
        for (int i = 0; i < traffic.Count; i++)
        {
            ReportDecoder decoder = new(traffic[i], report);
            while (decoder.MoveNext())
            {
                hops += report.Error == ReportError.None ? report.HopCount : 0;
            }
        }

        return hops;
    }

    private static void Aggregate(List<BenchResult> results, int hops, TextWriter progress, CancellationToken cancellation)
    {
        string name = $"decode-aggregate-{hops}hop";
        progress.WriteLine(name);
        DecodeTraffic traffic = new(ReportVersion.V20, IntCarrier.Udp, hops, Flows);
        Discard sink = new();
        NodeEngine node = new(new NodeOptions(), TimeProvider.System, sink);
        node.SetInventory(new Inventory { SharedClock = true });
        long epoch = Stopwatch.GetTimestamp();
        // Everything that is used again from window to window is there after a few.
        for (int warm = 0; warm < 50 || sink.Windows < WarmWindows; warm++)
        {
            cancellation.ThrowIfCancellationRequested();
            Prepare(traffic, epoch);
            Feed(node, traffic);
        }

        ulong decodedBefore = node.Counters.Decoded;
        long windowsBefore = sink.Windows;
        long reports = 0;
        long allocated = 0;
        TimeSpan elapsed = TimeSpan.Zero;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            Prepare(traffic, epoch);
            long windows = sink.Windows;
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan started = CpuTime;
            Feed(node, traffic);
            elapsed += CpuTime - started;
            allocated += sink.Windows == windows ? GC.GetAllocatedBytesForCurrentThread() - bytes : 0;
            reports += traffic.Count;
        }
        while (elapsed < 3 * s_each);
        ReportCounters counters = node.Counters;
        if ((long)(counters.Decoded - decodedBefore) != reports || counters.Lost != 0 || sink.Windows == windowsBefore)
        {
            throw new CommandException($"{name}: {counters.Decoded - decodedBefore} of {reports} decoded, {counters.Lost} lost, {sink.Windows - windowsBefore} windows");
        }

        results.Add(new(name, reports / elapsed.TotalSeconds, "reports/s"));
        results.Add(new($"{name}-hops", reports * hops / elapsed.TotalSeconds, "hop records/s"));
        results.Add(new($"{name}-bytes", (double)allocated / reports, "bytes/report between windows"));
    }

    // What exporters do: their numbers and times go on.
    private static void Prepare(DecodeTraffic traffic, long epoch)
    {
        ulong nowUs = 1_000_000 + (ulong)Stopwatch.GetElapsedTime(epoch).TotalMicroseconds;
        for (int i = 0; i < traffic.Count; i++)
        {
            traffic.Next(i, nowUs);
        }
    }

    private static void Feed(NodeEngine node, DecodeTraffic traffic)
    {
        for (int i = 0; i < traffic.Count; i += BatchDatagrams)
        {
            // As a host reads a socket: the clock once a batch, windows between batches.
            DatagramOrigin origin = new(0x7F000001, RunClock.NowNs(TimeProvider.System));
            for (int j = i; j < i + BatchDatagrams; j++)
            {
                node.OnDatagramOfMany(traffic[j], origin);
            }

            node.Tick();
        }
    }

    /// <summary>Takes batches as a center would and forgets them.</summary>
    private sealed class Discard : IBatchSink
    {
        public long Windows { get; private set; }

        public void Append(Batch batch, IReadOnlyList<SenderMark> covers) => Windows += batch.Windows.Count;
    }
}
