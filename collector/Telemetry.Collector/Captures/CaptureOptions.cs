using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Captures;

/// <summary>What to decode of a capture file, and how to print it.</summary>
public sealed record CaptureOptions
{
    /// <summary>Capture file, pcap or pcapng.</summary>
    public required string File { get; init; }

    /// <summary>UDP port that reports are sent to; 0 takes every UDP datagram for one. Default 32766.</summary>
    public ushort Port { get; init; } = 32766;

    /// <summary>True for one JSON object a line.</summary>
    public bool Json { get; init; }

    /// <summary>How the INT domain marks its packets.</summary>
    public ReportProfile Reports { get; init; } = ReportProfile.Default;
}
