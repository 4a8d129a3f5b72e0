using System.Buffers.Binary;
using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Sources;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;
using FlowKey = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Cli.Benchmarks;

/// <summary>
/// What a node takes over loopback without losing any, next to what a bare pair of sendmmsg and recvmmsg moves in the same run under the same flow control: the
/// sender is never more than 2048 datagrams ahead. 200-byte datagrams of one report with 4 hops; and datagrams of 12 coalesced reports with 2 hops.
/// </summary>
internal sealed class CollectBenchmark() : Benchmark("collect", "Telemetry reports over UDP: a whole node next to the system's limit")
{
    private const int Rounds = 5;
    private const long Ahead = 2048;
    private const int DatagramBytes = 200;
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(1.2);

    public override Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new CommandException("bench collect needs Linux: recvmmsg and sendmmsg");
        }

        byte[] one = OneReport();
        byte[] many = Coalesced(out int reports);
        List<double> bare = [];
        List<double> live = [];
        List<double> coalesced = [];
        List<double> share = [];
        List<double> bareCpu = [];
        List<double> liveCpu = [];
        for (int round = 0; round < Rounds; round++)
        {
            progress.WriteLine($"round {round + 1} of {Rounds}");

            // Neighbours in time are compared, in turns: what else the machine does weighs on both.
            Rate limit = Bare(one, cancellation);
            Rate node = Live(one, cancellation);
            bare.Add(limit.PerSecond);
            live.Add(node.PerSecond);
            share.Add(100 * node.PerSecond / limit.PerSecond);
            bareCpu.Add(limit.CpuNs);
            liveCpu.Add(node.CpuNs);
            coalesced.Add(Live(many, cancellation).PerSecond * reports);
        }

        return Task.FromResult<IReadOnlyList<BenchResult>>(
        [
            new("udp-kernel-limit", Median(bare), "datagrams/s"),
            new("udp-live", Median(live), "datagrams/s"),
            new("udp-live-share", Median(share), "% of the limit, median of rounds"),
            new("udp-live-reports", Median(coalesced), "reports/s"),
            new("udp-kernel-cpu", Median(bareCpu), "ns of both sides' processor time a datagram"),
            new("udp-live-cpu", Median(liveCpu), "ns of both sides' processor time a datagram"),
        ]);
    }

    private static Rate Bare(byte[] datagram, CancellationToken cancellation)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 64 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.ReceiveTimeout = 100;
        const int AtOnce = 64;
        long received = 0;
        bool stop = false;
        Thread receiver = new(() =>
        {
            UdpNative.Message[] messages = GC.AllocateArray<UdpNative.Message>(AtOnce, pinned: true);
            UdpNative.Part[] parts = GC.AllocateArray<UdpNative.Part>(AtOnce, pinned: true);
            byte[] buffer = GC.AllocateArray<byte>(AtOnce * 2048, pinned: true);
            for (int i = 0; i < AtOnce; i++)
            {
                parts[i] = new UdpNative.Part { Base = Marshal.UnsafeAddrOfPinnedArrayElement(buffer, i * 2048), Length = 2048 };
                messages[i] = new UdpNative.Message { Parts = Marshal.UnsafeAddrOfPinnedArrayElement(parts, i), PartCount = 1 };
            }

            nint at = Marshal.UnsafeAddrOfPinnedArrayElement(messages, 0);
            while (!Volatile.Read(ref stop))
            {
                int count = UdpNative.Receive((int)socket.Handle, at, AtOnce, UdpNative.WaitForOne, 0);
                Volatile.Write(ref received, received + Math.Max(0, count));
            }
        });
        receiver.Start();
        using DatagramSender sender = new((IPEndPoint)socket.LocalEndPoint!, datagram);
        Rate rate = Run(sender, static (_, _) => { }, () => Volatile.Read(ref received), cancellation);
        Volatile.Write(ref stop, true);
        receiver.Join();
        return rate;
    }

    private static Rate Live(byte[] datagram, CancellationToken cancellation)
    {
        NodeHostOptions options = new()
        {
            Node = new NodeOptions { Name = "bench" },
            Listen = "127.0.0.1:0",
            Upstream = "http://127.0.0.1:9",
            Inventory = new Inventory { SharedClock = true },
        };
        NodeHost host = NodeHost.Start(options, TimeProvider.System, NullLoggerFactory.Instance);
        try
        {
            using DatagramSender sender = new(host.EndPoint, datagram);
            uint sequence = 0;
            Rate rate = Run(
                sender,
                (bytes, _) => BinaryPrimitives.WriteUInt32BigEndian(bytes, (2u << 28) | (1u << 22) | (sequence++ & ReportGroupHeader.MaxSequence)),
                () => host.Received,
                cancellation);
            ReportCounters counters = host.Counters;
            if (counters.Lost + counters.Dropped + counters.Malformed > 0 || counters.Decoded != (ulong)sender.Sent)
            {
                throw new CommandException(
                    $"of {sender.Sent} datagrams {counters.Decoded} were decoded: {counters.Lost} missing, {counters.Dropped} dropped, {counters.Malformed} malformed");
            }

            return rate;
        }
        catch (CommandException) when (host.WaitAsync() is { IsFaulted: true } ended)
        {
            throw new CommandException($"the node ended: {ended.Exception.GetBaseException().Message}");
        }
        finally
        {
            host.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static Rate Run(DatagramSender sender, DatagramSender.Preparation prepare, Func<long> received, CancellationToken cancellation)
    {
        // The first half second warms up; what is counted ends when everything arrived.
        long started = Stopwatch.GetTimestamp();
        TimeSpan warm = TimeSpan.FromSeconds(0.5);
        sender.Run(prepare, received, Ahead, () => Stopwatch.GetElapsedTime(started) > warm || cancellation.IsCancellationRequested);
        long before = received();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long measured = Stopwatch.GetTimestamp();
        sender.Run(prepare, received, Ahead, () => Stopwatch.GetElapsedTime(measured) > s_each || cancellation.IsCancellationRequested);
        cancellation.ThrowIfCancellationRequested();
        long waiting = Stopwatch.GetTimestamp();
        while (received() < sender.Sent)
        {
            if (Stopwatch.GetElapsedTime(waiting) > TimeSpan.FromSeconds(10))
            {
                throw new CommandException($"{sender.Sent - received()} of {sender.Sent} datagrams did not arrive");
            }

            Thread.Sleep(0);
        }

        long counted = received() - before;
        return new Rate(counted / Stopwatch.GetElapsedTime(measured).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / counted);
    }

    private static byte[] OneReport()
    {
        byte[] buffer = new byte[2048];
        ReportBuilder builder = new(buffer, 1, 0, 1);
        builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
        builder.Append(Packet(4, 0), ReportProfile.Default);
        builder.Append(new byte[DatagramBytes - builder.Length]);
        builder.End(toTheEnd: true);
        return builder.Written.ToArray();
    }

    private static byte[] Coalesced(out int reports)
    {
        byte[] buffer = new byte[2048];
        ReportBuilder builder = new(buffer, 1, 0, 1);
        reports = 12;
        for (int i = 0; i < reports; i++)
        {
            builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
            builder.Append(Packet(2, i), ReportProfile.Default);
            builder.End();
        }

        return builder.Written.ToArray();
    }

    private static IntPacket Packet(int hops, int flow)
    {
        HopMetadata[] stack = new HopMetadata[hops];
        for (int i = 0; i < hops; i++)
        {
            ulong time = (ulong)(1_000_000 - (i * 100));
            stack[i] = new HopMetadata
            {
                Fields = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue
                    | HopFields.IngressTimestamp | HopFields.EgressTimestamp,
                NodeId = (uint)(hops - i),
                IngressPort = 1,
                EgressPort = 2,
                HopLatency = 20,
                QueueOccupancy = (uint)flow,
                IngressTimestamp = time,
                EgressTimestamp = time + 20,
            };
        }

        return new IntPacket
        {
            Flow = FlowKey.Ipv4(0x0A000101, 0x0A000202, IpProtocol.Udp, (ushort)(4000 + flow), 80),
            Carrier = IntCarrier.Udp,
            Hops = stack,
            Header = new IntMdFields { RemainingHops = (byte)(8 - hops) },
        };
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private readonly record struct Rate(double PerSecond, double CpuNs);
}
