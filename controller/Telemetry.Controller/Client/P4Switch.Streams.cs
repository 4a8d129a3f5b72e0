using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Client;

/// <summary>Packets, digests, idle timeouts and faults that come on the stream.</summary>
public sealed partial class P4Switch
{
    private readonly StreamHub<ReceivedPacket> _packets = new();
    private readonly StreamHub<ReceivedDigest> _digests = new();
    private readonly StreamHub<IdleEntries> _idle = new();
    private readonly StreamHub<StreamFault> _faults = new();
    private readonly StreamHub<Any> _other = new();

    /// <summary>Raised for every packet-in on the thread that reads the stream; handlers return at once.</summary>
    public event Action<ReceivedPacket>? PacketReceived;

    /// <summary>Packets that were to be sent but found no stream or a full buffer.</summary>
    public long PacketsNotSent => Interlocked.Read(ref _packetsNotSent) + (_session?.Sender?.Dropped ?? 0);

    /// <summary>Errors that the switch reported on the stream, e.g. for a packet-out without its fields.</summary>
    public long StreamErrors { get; private set; }

    /// <summary>Digest lists that nobody read, or that found a reader's buffer full: not acknowledged.</summary>
    public long DigestsNotTaken { get; private set; }

    /// <summary>Starts to buffer packets for a reader; dispose the subscription to end it.</summary>
    /// <param name="filter">Which packets; null takes all. Runs on the thread that reads the stream.</param>
    /// <param name="capacity">Packets that wait at most; further ones are dropped and counted.</param>
    public StreamSubscription<ReceivedPacket> SubscribePackets(Func<ReceivedPacket, bool>? filter = null, int capacity = 1024) =>
        _packets.Subscribe(filter, capacity);

    /// <summary>Starts to buffer digest lists; the switch sends them once a <see cref="DigestSpec"/> was written.</summary>
    /// <param name="digest">Name of the digest; null takes all.</param>
    /// <param name="capacity">Lists that wait at most; one more is dropped, counted, and not acknowledged.</param>
    /// <exception cref="P4InfoException">The program has no such digest.</exception>
    public StreamSubscription<ReceivedDigest> SubscribeDigests(string? digest = null, int capacity = 1024)
    {
        uint id = digest is null ? 0 : RunningProgram().Index.Digests.Get(digest).Id;
        return _digests.Subscribe(id == 0 ? null : list => list.DigestId == id, capacity);
    }

    /// <summary>Starts to buffer notifications of entries that were idle for their timeout.</summary>
    public StreamSubscription<IdleEntries> SubscribeIdleEntries(int capacity = 1024) => _idle.Subscribe(null, capacity);

    /// <summary>Starts to buffer what the switch says of stream messages that it refused.</summary>
    public StreamSubscription<StreamFault> SubscribeFaults(int capacity = 256) => _faults.Subscribe(null, capacity);

    /// <summary>Starts to buffer the target's own messages.</summary>
    public StreamSubscription<Any> SubscribeOther(int capacity = 256) => _other.Subscribe(null, capacity);

    /// <summary>Packets as they come, from the first one after the call; buffered as by <see cref="SubscribePackets"/>.</summary>
    public async IAsyncEnumerable<ReceivedPacket> PacketsAsync(
        Func<ReceivedPacket, bool>? filter = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using StreamSubscription<ReceivedPacket> subscription = SubscribePackets(filter);
        await foreach (ReceivedPacket packet in subscription.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            yield return packet;
        }
    }

    /// <summary>
    /// Sends a frame out of the switch: queued at once, written when the stream takes it. False, and counted, if
    /// this client is not primary or the buffer is full.
    /// </summary>
    /// <param name="frame">A whole Ethernet frame.</param>
    /// <param name="fields">Packet-out fields by name, e.g. egress_port; fields left out are 0.</param>
    /// <exception cref="P4InfoException">The program has no packet-out header, or no such field.</exception>
    /// <exception cref="P4ValueException">A value does not fit its field.</exception>
    public bool TrySend(ReadOnlySpan<byte> frame, params ReadOnlySpan<(string Name, P4Value Value)> fields)
    {
        if (_session?.Sender is not { } sender || State != P4SwitchState.Primary || Program is null)
        {
            Interlocked.Increment(ref _packetsNotSent);
            return false;
        }

        PacketMetadataInfo header = Program.Index.PacketMetadata.Get("packet_out");
        return sender.TrySend(new StreamMessageRequest
        {
            Packet = header.PacketOut(ByteString.CopyFrom(frame), fields),
        });
    }

    /// <summary>Acknowledges a list, where <see cref="P4SwitchOptions.AcknowledgeDigests"/> does not; false without a stream.</summary>
    public bool TryAcknowledge(ReceivedDigest list) => _session?.Sender is { } sender && sender.TrySend(new StreamMessageRequest
    {
        DigestAck = new DigestListAck { DigestId = list.DigestId, ListId = list.ListId },
    });

    /// <summary>Sends one of the target's own messages; false without a stream.</summary>
    public bool TrySendOther(Any message) =>
        _session?.Sender is { } sender && sender.TrySend(new StreamMessageRequest { Other = message });

    private void OnStreamMessage(StreamMessageResponse message)
    {
        switch (message.UpdateCase)
        {
            case StreamMessageResponse.UpdateOneofCase.Packet:
                OnPacket(message.Packet);
                break;
            case StreamMessageResponse.UpdateOneofCase.Digest:
                OnDigest(message.Digest);
                break;
            case StreamMessageResponse.UpdateOneofCase.IdleTimeoutNotification:
                if (Program is { } program)
                {
                    _idle.Publish(new IdleEntries(
                        [.. message.IdleTimeoutNotification.TableEntry.Select(e => new P4Entry(new Entity { TableEntry = e }, program.Index))],
                        message.IdleTimeoutNotification.Timestamp));
                }

                break;
            case StreamMessageResponse.UpdateOneofCase.Error:
                StreamErrors++;
                _faults.Publish(new StreamFault(
                    (StatusCode)message.Error.CanonicalCode,
                    message.Error.Message,
                    message.Error.DetailsCase switch
                    {
                        StreamError.DetailsOneofCase.PacketOut => "packet-out",
                        StreamError.DetailsOneofCase.DigestListAck => "digest-ack",
                        _ => "other",
                    }));
                break;
            case StreamMessageResponse.UpdateOneofCase.Other:
                _other.Publish(message.Other);
                break;
        }
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
        _packets.Publish(received);
    }

    private void OnDigest(DigestList list)
    {
        DigestInfo? info = null;
        Program?.Index.Digests.TryGet(list.DigestId, out info);
        ReceivedDigest received = new(
            info?.Name ?? $"digest {list.DigestId}",
            list.DigestId,
            list.ListId,
            list.Timestamp,
            [.. list.Data.Select(d => P4DataText.Members(d, info?.Source.TypeSpec, Program?.Index.Info.TypeInfo))]);
        if (!_digests.Publish(received))
        {
            DigestsNotTaken++;
        }
        else if (_options.AcknowledgeDigests)
        {
            TryAcknowledge(received);
        }
    }

    private void EndStreams()
    {
        _packets.Complete();
        _digests.Complete();
        _idle.Complete();
        _faults.Complete();
        _other.Complete();
    }
}
