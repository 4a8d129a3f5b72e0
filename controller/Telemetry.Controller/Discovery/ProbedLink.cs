using Telemetry.Controller.App;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Discovery;

/// <summary>A link between two switches and what is known of it.</summary>
internal sealed class ProbedLink(Link link, ProbedDirection forward, ProbedDirection backward)
{
    public Link Link { get; } = link;

    public ProbedDirection Forward { get; } = forward;

    public ProbedDirection Backward { get; } = backward;

    public LinkHealth Health { get; set; }

    public string Reason { get; set; } = "";

    public long SinceNs { get; set; }
}
