using Google.Protobuf;
using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Schema;

/// <summary>The fields of packet_in or packet_out.</summary>
public sealed class PacketMetadataInfo : P4InfoObject
{
    internal PacketMetadataInfo(ControllerPacketMetadata source, P4TypeInfo? types)
        : base(source.Preamble)
    {
        Source = source;
        Fields = new NameIndex<FieldInfo>(
            $"field of {Name}",
            source.Metadata.Select(m => new FieldInfo(m.Id, m.Name, m.Bitwidth, m.Annotations, m.TypeName, types)));
    }

    public ControllerPacketMetadata Source { get; }

    public NameIndex<FieldInfo> Fields { get; }

    /// <summary>A packet-out with these metadata; fields left out are sent as zero (BMv2 demands every one).</summary>
    /// <exception cref="P4InfoException">An unknown field.</exception>
    /// <exception cref="P4ValueException">A value does not fit.</exception>
    public PacketOut PacketOut(ByteString payload, params ReadOnlySpan<(string Name, P4Value Value)> values)
    {
        var packet = new PacketOut { Payload = payload };
        foreach (var field in Fields)
            packet.Metadata.Add(new PacketMetadata { MetadataId = field.Id, Value = field.Encode(0) });
        foreach (var (name, value) in values)
        {
            var field = Fields.Get(name);
            packet.Metadata.First(m => m.MetadataId == field.Id).Value = field.Encode(value);
        }
        return packet;
    }

    /// <summary>The value of a field of a packet-in; false if the packet does not carry it or it is wider than 64 bits.</summary>
    /// <exception cref="P4InfoException">The program has no such field.</exception>
    public bool TryGet(PacketIn packet, string name, out ulong value)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var id = Fields.Get(name).Id;
        foreach (var metadata in packet.Metadata)
        {
            if (metadata.MetadataId != id || CanonicalBytes.BitLength(metadata.Value.Span) > 64)
                continue;
            value = CanonicalBytes.ToUInt64(metadata.Value);
            return true;
        }
        value = 0;
        return false;
    }
}
