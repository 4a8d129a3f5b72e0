using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

/// <summary>One port in one open window; used again for another when that was sent.</summary>
internal sealed class PortSlot(int distinctValues, bool keepsExemplars)
{
    private WindowValues _hopLatencyNs = new(distinctValues);
    private WindowValues _queueDepth = new(distinctValues);
    private WindowValues _buffer = new(distinctValues);
    private WindowValues _txUtilisation = new(distinctValues);

    public PortState Port { get; private set; } = null!;

    public OpenWindow? Window { get; private set; }

    /// <summary>The same port in another open window.</summary>
    public PortSlot? Next { get; set; }

    public ulong Packets { get; set; }

    /// <summary>Packets that the switch itself reported as dropped here.</summary>
    public ulong ReportedDrops { get; set; }

    /// <summary>Slowest hop so far; beyond every value where none is to be captured.</summary>
    public long SlowestHopNs { get; private set; }

    /// <summary>Deepest queue so far; likewise.</summary>
    public long DeepestPackets { get; private set; }

    /// <summary>The report with the slowest hop at this port.</summary>
    public CapturedReport SlowestHop { get; } = new();

    /// <summary>The report that met the deepest queue.</summary>
    public CapturedReport DeepestQueue { get; } = new();

    /// <summary>What the counters grew by; null when they were not read in this window.</summary>
    public CounterDelta? Counters { get; set; }

    public void Begin(PortState port, OpenWindow window)
    {
        Port = port;
        Window = window;
        SlowestHopNs = DeepestPackets = keepsExemplars ? 0 : long.MaxValue;
    }

    /// <summary>Adds a hop's latency; true where it is the slowest so far.</summary>
    public bool AddLatency(long ns)
    {
        _hopLatencyNs.Add(ns);
        bool slowest = ns > SlowestHopNs;
        SlowestHopNs = slowest ? ns : SlowestHopNs;
        return slowest;
    }

    /// <summary>Adds a queue's depth; true where it is the deepest so far.</summary>
    public bool AddDepth(long packets)
    {
        _queueDepth.Add(packets);
        bool deepest = packets > DeepestPackets;
        DeepestPackets = deepest ? packets : DeepestPackets;
        return deepest;
    }

    public void AddBuffer(long occupancy) => _buffer.Add(occupancy);

    public void AddUtilisation(long utilisation) => _txUtilisation.Add(utilisation);

    /// <summary>Keeps a report that <see cref="AddLatency"/> or <see cref="AddDepth"/> told of.</summary>
    public void Capture(DecodedReport report, FlowPath path, ReadOnlySpan<HopMetadata> hops, long timeNs)
    {
        if (SlowestHopNs > SlowestHop.Value)
        {
            SlowestHop.Take(SlowestHopNs, report, path, hops, timeNs);
        }

        if (DeepestPackets > DeepestQueue.Value)
        {
            DeepestQueue.Take(DeepestPackets, report, path, hops, timeNs);
        }
    }

    /// <summary>Empties the slot.</summary>
    public void End()
    {
        (Window, Next, Packets, ReportedDrops, Counters) = (null, null, 0, 0, null);
        Port = null!;
        _hopLatencyNs.Clear();
        _queueDepth.Clear();
        _buffer.Clear();
        _txUtilisation.Clear();
        SlowestHop.Clear();
        DeepestQueue.Clear();
    }

    /// <summary>The window's message, or null when there is nothing to tell.</summary>
    public PortWindow? Tell()
    {
        if (Packets == 0 && Counters is null && ReportedDrops == 0)
        {
            return null;
        }

        PortWindow window = new()
        {
            Switch = Port.Owner.Name,
            Port = Port.Port,
            Packets = Packets,
            HopLatencyNs = _hopLatencyNs.ToDistribution(),
            QueueDepth = _queueDepth.ToDistribution(),
            ReportedDrops = ReportedDrops,
        };
        if (!_buffer.IsEmpty)
        {
            window.BufferOccupancy = _buffer.ToDistribution();
        }

        if (!_txUtilisation.IsEmpty)
        {
            window.TxUtilisation = _txUtilisation.ToDistribution();
        }

        if (Port.Owner.TryGetLimits(Port.Port, out Inventory.Types.Port? limits))
        {
            window.QueueCapacity = limits.QueueCapacity;
            window.RateBps = limits.RateBps;
        }

        if (Counters is { } grown)
        {
            window.RxPackets = grown.Counters.RxPackets;
            window.RxBytes = grown.Counters.RxBytes;
            window.TxPackets = grown.Counters.TxPackets;
            window.TxBytes = grown.Counters.TxBytes;
            window.Drops = grown.Drops;
            window.CounterSpanNs = (ulong)Math.Max(0, grown.SpanNs);
            if (grown.Counters.Errors is { } errors)
            {
                window.Errors = errors;
            }
        }

        return window;
    }
}
