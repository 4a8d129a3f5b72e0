using System.Net;

namespace Telemetry.Controller.Planning;

/// <summary>Addresses in the telemetry reports that the sinks send.</summary>
/// <param name="Collector">IPv4 address and UDP port of the collector node.</param>
/// <param name="CollectorMac">Destination MAC of reports, as text; the report port's own network has one receiver.</param>
/// <param name="ReportPort">Switch port that reports leave by; 500 by default.</param>
/// <param name="CloneSession">Clone session that the sink uses; 250 by default.</param>
public sealed record ReportOptions(
    IPEndPoint Collector, string CollectorMac = "02:00:00:00:ff:fe", int ReportPort = 500, int CloneSession = 250)
{
    /// <summary>Collectors that share the reports with <see cref="Collector"/>, each with flows of its own; none by default, 63 at most.</summary>
    public IReadOnlyList<IPEndPoint> Others { get; init; } = [];
}
