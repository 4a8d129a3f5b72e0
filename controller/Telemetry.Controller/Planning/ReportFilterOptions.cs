namespace Telemetry.Controller.Planning;

/// <summary>
/// When a sink reports a packet of a flow that it has reported before: on a changed path, on a latency further than
/// <paramref name="LatencyUs"/> from the one reported last, or after <paramref name="TimerUs"/>. Without a filter it reports every packet.
/// </summary>
/// <param name="LatencyUs">Change of the sum of all hop latencies, microseconds.</param>
/// <param name="TimerUs">Longest silence of a flow that still sends, microseconds; 0 for none.</param>
public sealed record ReportFilterOptions(uint LatencyUs, uint TimerUs = 0);
