using Telemetry.Collector.Profiles;

namespace Telemetry.Collector.Captures;

/// <summary>What to decode, and how to print it.</summary>
public sealed record CaptureOptions
{
    /// <summary>Capture file, pcap or pcapng; null with an interface.</summary>
    public string? File { get; init; }

    /// <summary>Network interface to listen on; null with a file.</summary>
    public string? Interface { get; init; }

    /// <summary>UDP port that reports are sent to; 0 takes every UDP datagram for one. Default 32766.</summary>
    public ushort Port { get; init; } = 32766;

    /// <summary>True for one JSON object a line.</summary>
    public bool Json { get; init; }

    /// <summary>True for a tree of every field with its offset below each line.</summary>
    public bool Verbose { get; init; }

    /// <summary>Prints no reports but counts of them at the end.</summary>
    public bool Statistics { get; init; }

    /// <summary>Marks dropped, congested and malformed ones by terminal colours.</summary>
    public bool Color { get; init; }

    /// <summary>Prints only reports for which it holds; null prints all.</summary>
    public ReportFilter? Filter { get; init; }

    /// <summary>Stops after so many packets; 0 reads on.</summary>
    public long MaxPackets { get; init; }

    /// <summary>How reports of an exporter are read.</summary>
    public DecodeProfiles Profiles { get; init; } = new([]);

    /// <summary>What is read, for messages.</summary>
    public string Source => File ?? Interface ?? "";
}
