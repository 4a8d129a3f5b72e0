namespace Telemetry.Collector.Hosting;

/// <summary>How far the replay of a capture is.</summary>
/// <param name="Packets">Packets read.</param>
/// <param name="Datagrams">Datagrams to the ports of reports among them.</param>
/// <param name="Share">Share of the file that was read, 0 to 1, near enough.</param>
/// <param name="CaptureNs">Span of the capture's time so far.</param>
/// <param name="AtNs">Time that the node's clock shows.</param>
/// <param name="Waits">It waits for the center, which has not taken yet what was read.</param>
/// <param name="Ended">The file was read to its end and the center has everything.</param>
public readonly record struct ReplayProgress(long Packets, long Datagrams, double Share, long CaptureNs, long AtNs, bool Waits, bool Ended);
