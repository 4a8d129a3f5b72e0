using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>State of one switch-to-switch link.</summary>
/// <param name="A">One end, as in the topology.</param>
/// <param name="B">The other end.</param>
/// <param name="Health">What probes say.</param>
/// <param name="Reason">In words; empty while unknown.</param>
/// <param name="SinceNs">When this state began, run's clock; 0 while unknown.</param>
public sealed record LinkStatus(LinkEnd A, LinkEnd B, LinkHealth Health, string Reason, long SinceNs);
