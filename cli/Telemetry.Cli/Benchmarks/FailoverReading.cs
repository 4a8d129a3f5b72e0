namespace Telemetry.Cli.Benchmarks;

/// <summary>What one fault or its end cost.</summary>
/// <param name="SilenceMs">Longest time that any flow's receiver heard nothing, milliseconds; a packet is due every one.</param>
/// <param name="PacketsLost">Packets of all flows that did not arrive, but for those on their way at the ends of the measurement, which may count or not.</param>
internal sealed record FailoverReading(double SilenceMs, long PacketsLost);
