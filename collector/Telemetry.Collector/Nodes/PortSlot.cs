using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.Nodes;

/// <summary>One port in one open window; used again for another when that was sent.</summary>
internal sealed class PortSlot(int distinctValues)
{
    private readonly ValueHistogram _hopLatencyNs = new(distinctValues);
    private readonly ValueHistogram _queueDepth = new(distinctValues);
    private ValueHistogram? _buffer;
    private ValueHistogram? _txUtilisation;

    public PortState Port { get; private set; } = null!;

    public OpenWindow? Window { get; private set; }

    /// <summary>The same port in another open window.</summary>
    public PortSlot? Next { get; set; }

    public ulong Packets { get; set; }

    /// <summary>Packets that the switch itself reported as dropped here.</summary>
    public ulong ReportedDrops { get; set; }

    /// <summary>What the counters grew by; null when they were not read in this window.</summary>
    public CounterDelta? Counters { get; set; }

    public ValueHistogram HopLatencyNs => _hopLatencyNs;

    public ValueHistogram QueueDepth => _queueDepth;

    public ValueHistogram Buffer => _buffer ??= new ValueHistogram(distinctValues);

    public ValueHistogram TxUtilisation => _txUtilisation ??= new ValueHistogram(distinctValues);

    public void Begin(PortState port, OpenWindow window)
    {
        Port = port;
        Window = window;
    }

    /// <summary>The window's message, or null when there is nothing to tell; the slot is empty afterwards.</summary>
    public PortWindow? End()
    {
        PortWindow? told = Packets == 0 && Counters is null && ReportedDrops == 0 ? null : Tell();
        (Window, Next, Packets, ReportedDrops, Counters) = (null, null, 0, 0, null);
        Port = null!;
        _hopLatencyNs.Clear();
        _queueDepth.Clear();
        _buffer?.Clear();
        _txUtilisation?.Clear();
        return told;
    }

    private PortWindow Tell()
    {
        PortWindow window = new()
        {
            Switch = Port.Owner.Name,
            Port = Port.Port,
            Packets = Packets,
            HopLatencyNs = _hopLatencyNs.ToDistribution(),
            QueueDepth = _queueDepth.ToDistribution(),
            ReportedDrops = ReportedDrops,
        };
        if (_buffer is { Count: > 0 })
        {
            window.BufferOccupancy = _buffer.ToDistribution();
        }

        if (_txUtilisation is { Count: > 0 })
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
