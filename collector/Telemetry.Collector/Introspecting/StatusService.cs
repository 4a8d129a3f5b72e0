using Grpc.Core;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Introspecting;

/// <summary>The gRPC face of a tier's own status.</summary>
/// <param name="tiers">Gives the newest statuses; serialises itself.</param>
internal sealed class StatusService(Func<IReadOnlyList<TierStatus>> tiers) : Introspection.IntrospectionBase
{
    public override Task<StatusReply> GetStatus(StatusRequest request, ServerCallContext context)
    {
        StatusReply reply = new();
        reply.Tiers.AddRange(tiers());
        return Task.FromResult(reply);
    }
}
