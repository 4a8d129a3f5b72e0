using Google.Protobuf;
using Grpc.Core;
using P4.Bm;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Service.Sessions;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Hosting.Dataplane;

/// <summary>
/// BMv2's data-plane service: one client puts frames into ports and gets what leaves. A frame that leaves while the
/// request's frame is being processed carries the request's id; one that waited in a queue or came round again does not.
/// </summary>
internal sealed class DataplaneService(Switch owner) : DataplaneInterface.DataplaneInterfaceBase
{
    private StreamOutbox<PacketStreamResponse>? _client;
    private ulong _requestId;

    /// <summary>Frames that left without a client, or that it did not take in time. Loop's thread.</summary>
    public long Drops { get; private set; }

    /// <summary>Makes every port of the switch one of this service, the drop port and the CPU port apart. Loop's thread.</summary>
    public void AttachPorts(Func<int, PortOptions> options)
    {
        for (int port = 0; port < Switch.PortCount; port++)
        {
            if (port != owner.Options.DropPort && port != owner.Options.CpuPort)
            {
                owner.AttachPort(port, new DataplanePort(port, this), options(port));
            }
        }
    }

    public override async Task PacketStream(
        IAsyncStreamReader<PacketStreamRequest> requestStream, IServerStreamWriter<PacketStreamResponse> responseStream, ServerCallContext context)
    {
        StreamOutbox<PacketStreamResponse> outbox = new(responseStream);
        bool isFirst = await owner.Loop.InvokeAsync(() => Interlocked.CompareExchange(ref _client, outbox, null) is null).ConfigureAwait(false);
        if (!isFirst)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "another client has the packet stream; there is one at a time"));
        }

        try
        {
            while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
            {
                PacketStreamRequest request = requestStream.Current;
                if (request.DeviceId == owner.Options.DeviceId && !request.Packet.IsEmpty && request.Port < Switch.PortCount)
                {
                    await owner.Loop.InvokeAsync(() => Receive(request)).ConfigureAwait(false);
                }
            }

            await outbox.DrainedAsync(context.CancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException && context.CancellationToken.IsCancellationRequested)
        {
            // The client went away without closing the stream: the same as closing it.
        }
        finally
        {
            Interlocked.Exchange(ref _client, null);
            outbox.Close();
        }
    }

    public override async Task<SetPortOperStatusResponse> SetPortOperStatus(SetPortOperStatusRequest request, ServerCallContext context)
    {
        if (request.DeviceId != owner.Options.DeviceId)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"device {request.DeviceId} is not here; this is device {owner.Options.DeviceId}"));
        }

        if (request.OperStatus is not (PortOperStatus.OperStatusUp or PortOperStatus.OperStatusDown) || request.Port >= Switch.PortCount)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"port {request.Port} to {request.OperStatus}: ports are 0 to {Switch.PortCount - 1}, and UP or DOWN"));
        }

        await owner.Loop.InvokeAsync(() =>
        {
            owner.SetPortUp((int)request.Port, request.OperStatus == PortOperStatus.OperStatusUp);
            return true;
        }).ConfigureAwait(false);
        return new SetPortOperStatusResponse();
    }

    /// <summary>A frame leaves a port. Loop's thread.</summary>
    public void Transmit(int port, ReadOnlySpan<byte> frame)
    {
        PacketStreamResponse response = new() { Id = _requestId, DeviceId = owner.Options.DeviceId, Port = (uint)port, Packet = ByteString.CopyFrom(frame) };
        if (Volatile.Read(ref _client)?.Send(response, canDrop: true) != true)
        {
            Drops++;
        }
    }

    private bool Receive(PacketStreamRequest request)
    {
        _requestId = request.Id;
        owner.Receive((int)request.Port, request.Packet.Span);
        _requestId = 0;
        return true;
    }
}
