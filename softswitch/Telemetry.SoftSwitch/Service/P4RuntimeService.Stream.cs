using Grpc.Core;
using P4.V1;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Service.Sessions;
using Role = Telemetry.SoftSwitch.Service.Sessions.Role;

namespace Telemetry.SoftSwitch.Service;

internal sealed partial class P4RuntimeService
{
    /// <summary>Packets for the CPU port that no primary took, or that were too short for the program's header.</summary>
    public long PacketInDrops { get; private set; }

    public override async Task StreamChannel(
        IAsyncStreamReader<StreamMessageRequest> requestStream, IServerStreamWriter<StreamMessageResponse> responseStream, ServerCallContext context)
    {
        Controller controller = new(new StreamOutbox<StreamMessageResponse>(responseStream));
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

    /// <summary>A frame left through the CPU port; the primaries whose role takes it get it. Loop's thread.</summary>
    public void OnPacketIn(ReadOnlySpan<byte> frame)
    {
        bool taken = false;
        if (_active?.Binding.PacketIn is PacketHeader header && header.TryRead(frame, out PacketIn packet))
        {
            StreamMessageResponse message = new() { Packet = packet };
            foreach (Role role in _arbitration.Roles)
            {
                if (role.Primary is Controller primary && role.Scope.Takes(packet))
                {
                    taken |= primary.Outbox.Send(message, canDrop: true);
                }
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
                if (SendPacket(controller, request.Packet) is EntityFault refused)
                {
                    Report(controller, refused, e => e.PacketOut = new PacketOutError { PacketOut = request.Packet });
                }

                break;
            case StreamMessageRequest.UpdateOneofCase.DigestAck:
                if (Acknowledge(controller, request.DigestAck) is EntityFault unknown)
                {
                    Report(controller, unknown, e => e.DigestListAck = new DigestListAckError { DigestListAck = request.DigestAck });
                }

                break;
            case StreamMessageRequest.UpdateOneofCase.Other:
                Report(
                    controller,
                    EntityFault.Unimplemented($"this switch has no use for a {request.Other.TypeUrl}: v1model has no externs that talk to controllers"),
                    e => e.Other = new StreamOtherError { Other = request.Other });
                break;
            default:
                Report(controller, EntityFault.Invalid("the stream message has no update; it is an arbitration, a packet or a digest_ack"), _ => { });
                break;
        }
    }

    private static void Report(Controller controller, EntityFault fault, Action<StreamError> detail)
    {
        StreamError error = new() { CanonicalCode = (int)fault.Code, Message = fault.Message, Space = EntityFault.Space };
        detail(error);
        controller.Outbox.Send(new StreamMessageResponse { Error = error }, canDrop: true);
    }

    private EntityFault? Acknowledge(Controller controller, DigestListAck ack)
    {
        if (!controller.IsPrimary)
        {
            return EntityFault.Denied("only a primary controller acknowledges digests");
        }

        if (_active is null)
        {
            return EntityFault.Precondition("no forwarding pipeline config has been committed");
        }

        try
        {
            _active.Digests.Acknowledge(ack);
            return null;
        }
        catch (EntityFault fault)
        {
            return EntityFault.Invalid(fault.Message);
        }
    }

    /// <summary>Lets a packet-out enter at the CPU port; the fault when it cannot.</summary>
    private EntityFault? SendPacket(Controller controller, PacketOut packet)
    {
        if (!controller.IsPrimary)
        {
            return EntityFault.Denied(controller.Role is null
                ? "the stream has not been arbitrated yet; only a primary controller sends packets"
                : $"this controller is not the primary of {controller.Role.Shown}; only a primary sends packets");
        }

        if (_active?.Binding.PacketOut is not PacketHeader header)
        {
            return EntityFault.Precondition(_active is null
                ? "no forwarding pipeline config has been committed"
                : "the program has no header with @controller_header(\"packet_out\")");
        }

        if (owner.Options.CpuPort < 0)
        {
            return EntityFault.Precondition("the switch has no CPU port");
        }

        try
        {
            owner.ReceiveInTurn(owner.Options.CpuPort, header.Write(packet));
            return null;
        }
        catch (EntityFault fault)
        {
            return fault;
        }
    }
}
