using Grpc.Core;
using P4.V1;

namespace Telemetry.SoftSwitch.Service;

internal sealed partial class P4RuntimeService
{
    /// <summary>Packets for the CPU port that no primary took, or that were too short for the program's header.</summary>
    public long PacketInDrops { get; private set; }

    public override async Task StreamChannel(
        IAsyncStreamReader<StreamMessageRequest> requestStream, IServerStreamWriter<StreamMessageResponse> responseStream, ServerCallContext context)
    {
        Controller controller = new(new StreamOutbox(responseStream));
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
            {
                StreamMessageRequest request = requestStream.Current;
                await OnLoop(() =>
                {
                    Handle(controller, request);
                    return true;
                }).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException && context.CancellationToken.IsCancellationRequested)
        {
            // The controller went away without closing the stream: the same as closing it.
        }
        finally
        {
            await OnLoop(() =>
            {
                _arbitration.Remove(controller);
                controller.Outbox.Close();
                return true;
            }).ConfigureAwait(false);
        }
    }

    /// <summary>A frame left through the CPU port; the primaries get it. Loop's thread.</summary>
    public void OnPacketIn(ReadOnlySpan<byte> frame)
    {
        PacketIn? packet = null;
        bool taken = false;
        if (_active?.Binding.PacketIn is PacketHeader header && header.TryRead(frame, out packet))
        {
            foreach (Controller primary in _arbitration.Primaries)
            {
                primary.Outbox.Send(new StreamMessageResponse { Packet = packet });
                taken = true;
            }
        }

        if (!taken)
        {
            PacketInDrops++;
        }
    }

    private void Handle(Controller controller, StreamMessageRequest request)
    {
        switch (request.UpdateCase)
        {
            case StreamMessageRequest.UpdateOneofCase.Arbitration:
                _arbitration.Update(controller, request.Arbitration);
                break;
            case StreamMessageRequest.UpdateOneofCase.Packet:
                SendPacket(controller, request.Packet);
                break;
            default:
                controller.Outbox.Send(new StreamMessageResponse
                {
                    Error = new StreamError { CanonicalCode = (int)StatusCode.Unimplemented, Message = $"{request.UpdateCase} is not supported by this switch" },
                });
                break;
        }
    }

    private void SendPacket(Controller controller, PacketOut packet)
    {
        try
        {
            if (controller.Role is null || _arbitration.PrimaryOf(controller.Role) != controller)
            {
                throw EntityFault.Denied("only a primary controller sends packets");
            }

            PacketHeader header = _active?.Binding.PacketOut
                ?? throw new EntityFault(StatusCode.FailedPrecondition, "no program with a packet_out header runs");
            if (owner.Options.CpuPort < 0)
            {
                throw new EntityFault(StatusCode.FailedPrecondition, "the switch has no CPU port");
            }

            owner.Receive(owner.Options.CpuPort, header.Write(packet));
        }
        catch (EntityFault fault)
        {
            controller.Outbox.Send(new StreamMessageResponse
            {
                Error = new StreamError
                {
                    CanonicalCode = (int)fault.Code,
                    Message = fault.Message,
                    Space = "telemetry-softswitch",
                    PacketOut = new PacketOutError { PacketOut = packet },
                },
            });
        }
    }
}
