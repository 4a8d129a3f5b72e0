using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>A switch-to-switch link went up or down.</summary>
/// <param name="A">One end, as in the topology.</param>
/// <param name="B">The other end.</param>
/// <param name="Up">False when it is down.</param>
/// <param name="Reason">In words, e.g. <c>3 probes missed from s1-p3 to s2-p1</c>.</param>
/// <param name="TimeNs">
/// When it began, nanoseconds since 1970 of the time provider: a link is down since the last interval that still had
/// probes, and up since the interval that told.
/// </param>
public sealed record LinkChanged(LinkEnd A, LinkEnd B, bool Up, string Reason, long TimeNs);
