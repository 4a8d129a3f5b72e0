using Telemetry.Collector.Nodes;

namespace Telemetry.Collector.Polling;

/// <summary>Takes a reading of a switch's port counters; the samples are only valid during the call.</summary>
/// <param name="switchName">Switch name.</param>
/// <param name="samples">One entry a port, ascending by port.</param>
public delegate void PortCountersHandler(string switchName, ReadOnlySpan<PortCounterSample> samples);
