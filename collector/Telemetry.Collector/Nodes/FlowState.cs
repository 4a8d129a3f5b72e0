using System.Buffers.Binary;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Nodes;

/// <summary>One flow: its path, its loss, and its open windows.</summary>
internal sealed class FlowState(in FiveTuple tuple, PairState pair, ExporterState exporter)
{
    /// <summary>Cache lines that one of these takes.</summary>
    public const int Lines = 5;

    private const int SlotLines = 3;
    private const int HopLines = 4;

    private readonly FiveTuple _tuple = tuple;
    private long _publishedLost;

    // Of the path: so that they can be asked for without touching it.
    private FlowPath? _path;
    private HopRef[]? _hops;
    private ulong[]? _keys;

    public ref readonly FiveTuple Tuple => ref _tuple;

    public FlowId Id { get; } = FlowId.Of(tuple);

    public PairState Pair { get; } = pair;

    /// <summary>No other flow of its pair is known: their common numbers are its own.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Exporter of the newest report.</summary>
    public ExporterState Exporter { get; set; } = exporter;

    /// <summary>Loss by this flow's own identifications, for senders that count them for each connection. IPv6 has none.</summary>
    public SequenceTracker Identifications = new(16, 8192, restartsAtZero: false, trustAtOnce: false);

    public string Src { get; set; } = "";

    public string Dst { get; set; } = "";

    public DeviceTrack? SrcDevice { get; set; }

    /// <summary>Where its packets go; null before the first complete stack and after the inventory changed.</summary>
    public FlowPath? Path
    {
        get => _path;
        set => (_path, _hops, _keys) = (value, value?.Hops, value?.Keys);
    }

    /// <summary>Switch names from source to sink; a new list for every new path.</summary>
    public string[] PathNames { get; set; } = [];

    /// <summary>The open window used last, with the others behind it.</summary>
    public FlowSlot? Slot { get; set; }

    /// <summary>What belongs to the window that closes now.</summary>
    public FlowSlot? Closing { get; set; }

    /// <summary>Bytes in the window that closed last.</summary>
    public ulong ClosedBytes { get; set; }

    /// <summary>Had packets in one of the last windows.</summary>
    public bool Active { get; set; }

    /// <summary>Windows closed since the last packet.</summary>
    public int IdleWindows { get; set; }

    public long LastPacketNs { get; set; }

    /// <summary>Of the packet before; negative before the first.</summary>
    public long LastLatencyNs { get; set; } = -1;

    /// <summary>Lost in the closing window by this flow's own numbers; null when it does not count.</summary>
    public long? OwnLost { get; private set; }

    /// <summary>Asks for the memory of its newest window and its path.</summary>
    public void Ask()
    {
        CacheLines.Ask(Slot, SlotLines);
        CacheLines.Ask(_path, 1);
        CacheLines.Ask(_keys, 1);
        CacheLines.Ask(_hops, HopLines);
    }

    /// <summary>Counts what was lost by this flow's own numbers since the last call.</summary>
    public void Settle()
    {
        Identifications.Settle();
        OwnLost = Identifications.Counts ? Math.Max(0, Identifications.Lost - _publishedLost) : null;
        _publishedLost = Identifications.Counts ? Identifications.Lost : _publishedLost;
    }

    /// <summary>Key, names, path and loss; no packets.</summary>
    public FlowWindow NewWindow(long? lost)
    {
        FlowWindow window = new() { Key = Key(), Src = Src, Dst = Dst };

        // One by one: AddRange goes through a boxed enumerator.
        window.Path.Capacity = PathNames.Length;
        foreach (string name in PathNames)
        {
            window.Path.Add(name);
        }

        if (lost is { } known)
        {
            window.Lost = (ulong)known;
        }

        return window;
    }

    /// <summary>The key as the contract carries it.</summary>
    public FlowKey Key() => KeyOf(_tuple);

    /// <summary>The key of a five-tuple as the contract carries it.</summary>
    public static FlowKey KeyOf(in FiveTuple tuple)
    {
        FlowKey key = FlowId.Of(tuple).ToKey();
        if (tuple.IsIpv6)
        {
            Span<byte> address = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(address, tuple.Source);
            key.SrcAddressV6 = Google.Protobuf.ByteString.CopyFrom(address);
            BinaryPrimitives.WriteUInt128BigEndian(address, tuple.Destination);
            key.DstAddressV6 = Google.Protobuf.ByteString.CopyFrom(address);
        }

        return key;
    }
}
