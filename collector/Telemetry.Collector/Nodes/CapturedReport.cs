using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;
using FiveTuple = Telemetry.Wire.Flows.FlowKey;

namespace Telemetry.Collector.Nodes;

/// <summary>A report kept because it shows the largest value so far; used again for the next larger one. Its hops take memory once.</summary>
internal sealed class CapturedReport
{
    private const int FirstHops = 8;

    private HopMetadata[] _hops = [];

    /// <summary>What is the largest of it; 0 while nothing was captured.</summary>
    public long Value { get; private set; }

    public bool HasFlow { get; private set; }

    public FiveTuple Tuple { get; private set; }

    public int Bytes { get; private set; }

    public long TimeNs { get; private set; }

    public FlowPath Path { get; private set; } = null!;

    /// <summary>Newest first, one for each hop of the path.</summary>
    public ReadOnlySpan<HopMetadata> Hops => _hops.AsSpan(0, Path.Hops.Length);

    /// <summary>Keeps this report instead of the one before.</summary>
    public void Take(long value, DecodedReport report, FlowPath path, ReadOnlySpan<HopMetadata> hops, long timeNs)
    {
        if (_hops.Length < hops.Length)
        {
            _hops = new HopMetadata[Math.Max(FirstHops, hops.Length)];
        }

        hops.CopyTo(_hops);
        (Value, Path, TimeNs) = (value, path, timeNs);
        (HasFlow, Tuple, Bytes) = (report.HasFlow, report.Flow, report.OriginalIpLength);
    }

    /// <summary>Forgets it; the memory stays.</summary>
    public void Clear() => (Value, Path) = (0, null!);
}
