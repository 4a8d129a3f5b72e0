using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Nodes;

/// <summary>An entity went above a limit, or is below it again.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Entity">Whose.</param>
/// <param name="Detail">In words.</param>
/// <param name="Port">The port's window, where the limit is on ports.</param>
/// <param name="IsAbove">False when it is below again.</param>
internal readonly record struct ThresholdCrossing(Threshold Limit, string Entity, string Detail, PortWindow? Port, bool IsAbove);
