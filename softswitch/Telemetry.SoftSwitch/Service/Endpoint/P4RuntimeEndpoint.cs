using P4.V1;

namespace Telemetry.SoftSwitch.Service.Endpoint;

/// <summary>A switch's P4Runtime service as the network sees it: the same service, whose reads go out encoded.</summary>
internal sealed class P4RuntimeEndpoint(P4RuntimeService service)
{
    public P4RuntimeService Service { get; } = service;
}
