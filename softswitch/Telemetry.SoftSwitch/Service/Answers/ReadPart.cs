using Google.Protobuf;
using Grpc.Core;
using P4.V1;

namespace Telemetry.SoftSwitch.Service.Answers;

/// <summary>One message of a read's answer on its way to the network: a message object, or bytes that were encoded already.</summary>
internal sealed class ReadPart
{
    private readonly ReadResponse? _message;
    private readonly MessageWriter? _encoded;

    public ReadPart(ReadResponse message) => _message = message;

    public ReadPart(MessageWriter encoded) => _encoded = encoded;

    /// <summary>Hands the bytes to gRPC.</summary>
    public void Serialize(SerializationContext context)
    {
        if (_encoded is null)
        {
            context.SetPayloadLength(_message!.CalculateSize());
            _message.WriteTo(context.GetBufferWriter());
        }
        else
        {
            ReadOnlySpan<byte> bytes = _encoded.Written;
            context.SetPayloadLength(bytes.Length);
            System.Buffers.IBufferWriter<byte> target = context.GetBufferWriter();
            bytes.CopyTo(target.GetSpan(bytes.Length));
            target.Advance(bytes.Length);
        }

        context.Complete();
    }
}
