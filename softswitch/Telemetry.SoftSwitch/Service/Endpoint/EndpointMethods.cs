using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using P4.V1;
using Telemetry.SoftSwitch.Service.Answers;
using Telemetry.SoftSwitch.Service.Requests;

namespace Telemetry.SoftSwitch.Service.Endpoint;

/// <summary>
/// The methods of p4.v1.P4Runtime for a gRPC server. The generated ones can only send message objects: making them,
/// measuring them and collecting them took two thirds of a large read (bench write, read-embedded-raw).
/// </summary>
internal sealed class EndpointMethods : IServiceMethodProvider<P4RuntimeEndpoint>
{
    private const string ServiceName = "p4.v1.P4Runtime";

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<P4RuntimeEndpoint> context)
    {
        context.AddUnaryMethod(
            Unary(nameof(P4RuntimeService.Write), Marshallers.Create<EncodedWrite>((_, _) => throw new NotSupportedException(), c => EncodedWrite.Read(c.PayloadAsReadOnlySequence())), Of(WriteResponse.Parser)),
            [],
            (e, request, call) => e.Service.WriteParts(request, call));
        context.AddServerStreamingMethod(
            new Method<ReadRequest, ReadPart>(MethodType.ServerStreaming, ServiceName, nameof(P4RuntimeService.Read), Of(ReadRequest.Parser), Marshallers.Create<ReadPart>((p, c) => p.Serialize(c), _ => throw new NotSupportedException())),
            [],
            (e, request, answer, call) => e.Service.ReadParts(request, answer, call));
        context.AddUnaryMethod(
            Unary(nameof(P4RuntimeService.SetForwardingPipelineConfig), Of(SetForwardingPipelineConfigRequest.Parser), Of(SetForwardingPipelineConfigResponse.Parser)),
            [],
            (e, request, call) => e.Service.SetForwardingPipelineConfig(request, call));
        context.AddUnaryMethod(
            Unary(nameof(P4RuntimeService.GetForwardingPipelineConfig), Of(GetForwardingPipelineConfigRequest.Parser), Of(GetForwardingPipelineConfigResponse.Parser)),
            [],
            (e, request, call) => e.Service.GetForwardingPipelineConfig(request, call));
        context.AddDuplexStreamingMethod(
            new Method<StreamMessageRequest, StreamMessageResponse>(MethodType.DuplexStreaming, ServiceName, nameof(P4RuntimeService.StreamChannel), Of(StreamMessageRequest.Parser), Of(StreamMessageResponse.Parser)),
            [],
            (e, requests, answers, call) => e.Service.StreamChannel(requests, answers, call));
        context.AddUnaryMethod(
            Unary(nameof(P4RuntimeService.Capabilities), Of(CapabilitiesRequest.Parser), Of(CapabilitiesResponse.Parser)),
            [],
            (e, request, call) => e.Service.Capabilities(request, call));
    }

    private static Method<TRequest, TResponse> Unary<TRequest, TResponse>(string name, Marshaller<TRequest> request, Marshaller<TResponse> response) =>
        new(MethodType.Unary, ServiceName, name, request, response);

    private static Marshaller<T> Of<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create(
            (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
}
