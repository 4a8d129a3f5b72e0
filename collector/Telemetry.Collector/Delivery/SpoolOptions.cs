namespace Telemetry.Collector.Delivery;

/// <summary>Where and how much a spool keeps.</summary>
public sealed record SpoolOptions
{
    /// <summary>Directory of its own; made when it does not exist.</summary>
    public required string Directory { get; init; }

    /// <summary>Size at which a segment file is closed, bytes: 4 KiB to 1 GiB, default 8 MiB.</summary>
    public long SegmentBytes { get; init; } = 8 << 20;

    /// <summary>Size of all segments at which the oldest one is given up, bytes: two segments at least, default 512 MiB.</summary>
    public long LimitBytes { get; init; } = 512 << 20;

    /// <summary>What happens at the limit; by default the oldest segment is given up.</summary>
    public SpoolPolicy WhenFull { get; init; }

    /// <summary>
    /// True to force every record to the disk (survives power loss); false (default) to hand it to the operating system
    /// (survives the process) and to force only whole segments.
    /// </summary>
    public bool SyncEachRecord { get; init; }

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        OptionFaults faults = new();
        faults.Require(Directory.Length > 0, "Directory is empty");
        faults.Range(SegmentBytes, 4096, 1 << 30, nameof(SegmentBytes));
        faults.Range(LimitBytes, 2 * SegmentBytes, long.MaxValue / 2, nameof(LimitBytes));
        faults.Throw("spool options");
    }
}
