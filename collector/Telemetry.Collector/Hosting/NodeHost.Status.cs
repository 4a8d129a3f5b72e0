using System.Buffers.Binary;
using System.Net;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Feeds;
using Telemetry.Collector.Introspecting;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Hosting;

public sealed partial class NodeHost
{
    private const int ExportersTold = 50;

    private long _newcomersTold;
    private StatusBoard? _board;
    private MetricsServer? _metrics;
    private volatile TierStatus? _status;

    /// <summary>Newest status of the node itself; null before the first.</summary>
    public TierStatus? Status => _status;

    /// <summary>Serves metrics if told so; they are the node's own stages.</summary>
    private async Task ServeMetricsAsync(Microsoft.Extensions.Logging.ILoggerFactory loggers, CancellationToken stop)
    {
        StageMetrics stages = new(() => _status is { } status ? [status] : []);
        _metrics = await MetricsServer.StartAsync(_options.Metrics, _options.Tls, stages, loggers, stop).ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
    }

    /// <summary>Puts the status together; it goes up with the next window.</summary>
    private void TellStatus()
    {
        long nowNs = RunClock.NowNs(_time);
        ReportCounters counters;
        NodeStatistics statistics;
        IReadOnlyList<ExporterCount> exporters;
        lock (_engineLock)
        {
            counters = _engine.Counters;
            statistics = _engine.Statistics;
            exporters = _engine.Exporters(ExportersTold);
        }

        Stage receive = StatusBoard.Stage("receive", "datagrams", (long)counters.Received, (long)counters.Dropped, _shards.Sum(shard => shard.Ring.Waiting), _options.RingDatagrams);
        StatusBoard.Error(receive, "lost_before", (long)counters.Lost);
        StatusBoard.Error(receive, "kernel_dropped", KernelDropped);
        StatusBoard.Error(receive, "other_packets", Volatile.Read(ref _otherPackets));
        Stage decode = StatusBoard.Stage("decode", "datagrams", (long)counters.Decoded);
        foreach ((string kind, ulong count) in counters.Errors)
        {
            decode.Errors[kind] = count;
        }

        Stage windows = StatusBoard.Stage("windows", "windows", statistics.Windows);
        Stage flows = StatusBoard.Stage("flows", "flows", statistics.FlowsTracked, 0, statistics.Flows, _options.Node.MaxFlows);
        StatusBoard.Error(flows, "evicted", statistics.FlowsEvicted);
        StatusBoard.Error(flows, "promoted", statistics.FlowsPromoted);
        StatusBoard.Error(flows, "packets_beyond", statistics.FlowPacketsOmitted);
        StatusBoard.Error(flows, "bytes_error_max", statistics.FlowBytesErrorMax);
        StatusBoard.Error(windows, "entities_omitted", statistics.EntitiesOmitted);
        StatusBoard.Error(windows, "newcomers_refused", statistics.NewcomersRefused);
        TellNewcomers(statistics.NewcomersRefused);
        StatusBoard.Error(windows, "events_omitted", statistics.EventsOmitted);
        StatusBoard.Error(windows, "late_reports", statistics.LateReports);
        StatusBoard.Error(windows, "incomplete_paths", statistics.IncompletePaths);
        StatusBoard.Error(windows, "counter_resets", statistics.CounterResets);
        StatusBoard.Error(windows, "clock_faults", statistics.ClockFaults);
        StatusBoard.Error(windows, "exporter_restarts", statistics.ExporterRestarts);
        Stage poll = StatusBoard.Stage("poll", "readings", _switches.Sum(entry => entry.Poller.Readings), _switches.Sum(entry => entry.Poller.Skipped));
        StatusBoard.Error(poll, "failed", _switches.Sum(entry => entry.Poller.Failures));
        _board ??= new StatusBoard(_options.Node.Name, DeviceKind.Node, _options.Node.Cluster, nowNs);
        TierStatus status = _board.Tell(nowNs, receive, decode, flows, windows, poll, StatusBoard.Send(_outbox, nowNs, _sink.Lost));
        (status.Upstream, status.Connected) = (_pusher.Upstream, _pusher.Connected);
        status.Fault = _sink.LastError.Length > 0 ? _sink.LastError
            : _pusher.Connected ? _switches.Select(entry => entry.Poller.LastError).FirstOrDefault(fault => fault.Length > 0) ?? ""
            : _pusher.LastError;
        status.Exporters.AddRange(exporters.Select(StatusOf));
        _status = status;
        _sink.Tell(status);
    }

    // The event beside it names the sender.
    private void TellNewcomers(long refused)
    {
        if (refused > _newcomersTold)
        {
            if (_newcomersTold == 0)
            {
                LogNewcomers(_log, _options.Node.Name);
            }

            _newcomersTold = refused;
        }
    }

    private static ExporterStatus StatusOf(ExporterCount count) => new()
    {
        Name = count.Name,
        NodeId = count.NodeId,
        HardwareId = count.HardwareId,
        Address = count.Address == 0 ? "" : TextOf(count.Address),
        Destination = count.Destination == 0 ? "" : $"{TextOf(count.Destination >> 16)}:{(ushort)count.Destination}",
        Received = (ulong)count.Received,
        Lost = (ulong)count.Lost,
        Restarts = (ulong)count.Restarts,
    };

    private static string TextOf(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return address <= uint.MaxValue ? new IPAddress(bytes[12..]).ToString() : $"[{new IPAddress(bytes)}]";
    }
}
