namespace Telemetry.Collector.Captures;

/// <summary>What a capture held.</summary>
/// <param name="Packets">Packets in the file.</param>
/// <param name="Datagrams">UDP datagrams for the reports' port.</param>
/// <param name="Reports">Individual reports decoded whole.</param>
/// <param name="Hops">Hops in them.</param>
/// <param name="Malformed">Faults found in datagrams and reports.</param>
public readonly record struct CaptureSummary(long Packets, long Datagrams, long Reports, long Hops, long Malformed);
