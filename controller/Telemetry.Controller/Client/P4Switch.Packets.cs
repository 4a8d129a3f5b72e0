using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Client;

public sealed partial class P4Switch
{
    private PacketSubscription[] _subscriptions = [];

    /// <summary>Starts to buffer packets for a reader; dispose the subscription to end it.</summary>
    /// <param name="filter">Which packets; null takes all. Runs on the thread that reads the stream.</param>
    /// <param name="capacity">Packets that wait at most; further ones are dropped and counted.</param>
    public PacketSubscription Subscribe(Func<ReceivedPacket, bool>? filter = null, int capacity = 1024)
    {
        PacketSubscription subscription = new(capacity, filter, gone =>
        {
            lock (_gate)
            {
                _subscriptions = [.. _subscriptions.Where(s => s != gone)];
            }
        });
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        return subscription;
    }

    /// <summary>
    /// Sends a frame out of the switch: queued at once, written when the stream takes it. False, and counted, if
    /// this client is not primary or the buffer is full.
    /// </summary>
    /// <param name="frame">A whole Ethernet frame.</param>
    /// <param name="fields">Packet-out fields by name, e.g. egress_port; fields left out are 0.</param>
    /// <exception cref="P4InfoException">The program has no packet-out header, or no such field.</exception>
    public bool TrySend(ReadOnlySpan<byte> frame, params ReadOnlySpan<(string Name, P4Value Value)> fields)
    {
        Session? session = _session;
        if (session is null || State != P4SwitchState.Primary || Program is null)
        {
            Interlocked.Increment(ref _packetsNotSent);
            return false;
        }

        PacketMetadataInfo header = Program.Index.PacketMetadata.Get("packet_out");
        return session.Sender.TrySend(new StreamMessageRequest
        {
            Packet = header.PacketOut(ByteString.CopyFrom(frame), fields),
        });
    }

    private void OnPacket(PacketIn packet)
    {
        List<KeyValuePair<string, ulong>> metadata = [];
        if (Program is not null && Program.Index.PacketMetadata.TryGet("packet_in", out PacketMetadataInfo? header))
        {
            foreach (FieldInfo field in header.Fields)
            {
                if (header.TryGet(packet, field.Name, out ulong value))
                {
                    metadata.Add(new(field.Name, value));
                }
            }
        }

        ReceivedPacket received = new(packet.Payload, metadata);
        PacketReceived?.Invoke(received);
        foreach (PacketSubscription subscription in _subscriptions)
        {
            subscription.Offer(received);
        }
    }
}
