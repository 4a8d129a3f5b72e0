using Grpc.Core;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Hosting;

/// <summary>The gRPC face of a center for controllers.</summary>
/// <param name="observe">Takes what a controller knows and says what is wrong with it; serialises itself.</param>
internal sealed class ObservationService(Func<Observation, string> observe) : Observations.ObservationsBase
{
    public override Task<ObservationReply> Report(Observation request, ServerCallContext context)
    {
        string fault = observe(request);
        return fault.Length == 0
            ? Task.FromResult(new ObservationReply())
            : throw new RpcException(new Status(StatusCode.InvalidArgument, fault));
    }
}
