using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Nodes;

/// <summary>One flow: its path with what is measured along it, its loss, and the open window.</summary>
internal sealed class FlowState(FlowId id, PairState pair, ExporterState exporter, int distinctValues)
{
    private readonly ValueHistogram _latencyNs = new(distinctValues);
    private long _publishedLost;
    private ulong _bytes;
    private uint _pathChanges;

    public FlowId Id { get; } = id;

    public PairState Pair { get; } = pair;

    /// <summary>Exporter of the newest report.</summary>
    public ExporterState Exporter { get; set; } = exporter;

    /// <summary>Loss by this flow's own identifications, for senders that count them for each connection.</summary>
    public SequenceTracker Identifications { get; } = new(16, 8192, restartsAtZero: false, trustAtOnce: false);

    public string Src { get; set; } = "";

    public string Dst { get; set; } = "";

    public DeviceTrack? SrcDevice { get; set; }

    /// <summary>Hops newest first, as in the report; the first <see cref="HopCount"/> places hold.</summary>
    public HopRef[] Hops { get; set; } = [];

    public int HopCount { get; set; }

    /// <summary>Switch names from source to sink; a new list for every new path.</summary>
    public string[] Path { get; set; } = [];

    public bool Active { get; set; }

    public ulong Packets { get; private set; }

    /// <summary>Windows closed since the last packet.</summary>
    public int IdleWindows { get; private set; }

    public long LastPacketNs { get; set; }

    public void AddPacket(uint bytes)
    {
        Packets++;
        _bytes += bytes;
    }

    public void AddLatency(long ns) => _latencyNs.Add(ns);

    public void AddPathChange() => _pathChanges++;

    /// <summary>Ends the window; null when there is nothing to tell.</summary>
    /// <param name="lost">Packets lost in the window; null when unknown.</param>
    public FlowWindow? Close(long? lost)
    {
        IdleWindows = Packets > 0 ? 0 : IdleWindows + 1;
        if (Packets == 0 && lost is null or 0)
        {
            return null;
        }

        FlowWindow window = new()
        {
            Key = Id.ToKey(),
            Src = Src,
            Dst = Dst,
            Packets = Packets,
            Bytes = _bytes,
            LatencyNs = _latencyNs.ToDistribution(),
            PathChanges = _pathChanges,
        };
        window.Path.AddRange(Path);
        if (lost is { } known)
        {
            window.Lost = (ulong)known;
        }

        Packets = 0;
        _bytes = 0;
        _pathChanges = 0;
        _latencyNs.Clear();
        return window;
    }

    /// <summary>Lost in the closing window by this flow's own numbers; null when it does not count.</summary>
    public long? OwnLost { get; private set; }

    /// <summary>Counts what was lost by this flow's own numbers since the last call.</summary>
    public void Settle()
    {
        Identifications.Settle();
        OwnLost = Identifications.Counts ? Math.Max(0, Identifications.Lost - _publishedLost) : null;
        _publishedLost = Identifications.Counts ? Identifications.Lost : _publishedLost;
    }
}
