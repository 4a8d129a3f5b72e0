using Grpc.Core;
using P4.V1;

namespace Telemetry.P4Runtime.Tests;

/// <summary>A service whose handlers the test sets.</summary>
internal sealed class FakeService : P4.V1.P4Runtime.P4RuntimeBase
{
    public Func<CapabilitiesRequest, ServerCallContext, Task<CapabilitiesResponse>> OnCapabilities { get; set; } = (_, _) => Task.FromResult(new CapabilitiesResponse());

    public Func<ReadRequest, IServerStreamWriter<ReadResponse>, ServerCallContext, Task> OnRead { get; set; } = (_, _, _) => Task.CompletedTask;

    public Func<IAsyncStreamReader<StreamMessageRequest>, IServerStreamWriter<StreamMessageResponse>, ServerCallContext, Task> OnStream { get; set; } = (_, _, _) => Task.CompletedTask;

    public override Task<CapabilitiesResponse> Capabilities(CapabilitiesRequest request, ServerCallContext context) => OnCapabilities(request, context);

    public override Task Read(ReadRequest request, IServerStreamWriter<ReadResponse> responseStream, ServerCallContext context) => OnRead(request, responseStream, context);

    public override Task StreamChannel(
        IAsyncStreamReader<StreamMessageRequest> requestStream, IServerStreamWriter<StreamMessageResponse> responseStream, ServerCallContext context) =>
        OnStream(requestStream, responseStream, context);
}
