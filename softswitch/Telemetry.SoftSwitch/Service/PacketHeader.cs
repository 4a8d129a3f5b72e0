using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Execution;

namespace Telemetry.SoftSwitch.Service;

/// <summary>The header that carries packet-in or packet-out metadata on the CPU port: the P4Info's fields one after another.</summary>
internal sealed class PacketHeader(PacketMetadataInfo info)
{
    /// <summary>Bytes; the last byte is filled with zero bits.</summary>
    public int Size { get; } = (info.Fields.Sum(f => f.Width) + 7) / 8;

    /// <summary>Splits a frame into metadata and payload; false when it is shorter than the header.</summary>
    public bool TryRead(ReadOnlySpan<byte> frame, out PacketIn packet)
    {
        packet = new PacketIn();
        if (frame.Length < Size)
        {
            return false;
        }

        byte[] header = frame[..Size].ToArray();
        int bit = 0;
        foreach (FieldInfo field in info.Fields)
        {
            packet.Metadata.Add(new PacketMetadata { MetadataId = field.Id, Value = CanonicalBytes.Encode(Bits.Read(header, bit, field.Width), field.Field) });
            bit += field.Width;
        }

        packet.Payload = ByteString.CopyFrom(frame[Size..]);
        return true;
    }

    /// <summary>The frame that enters at the CPU port. Padding may be left out.</summary>
    /// <exception cref="EntityFault">Metadata that is missing, unknown, given twice or too wide.</exception>
    public byte[] Write(PacketOut packet)
    {
        byte[] frame = new byte[Size + packet.Payload.Length];
        packet.Payload.CopyTo(frame, Size);
        HashSet<uint> given = [];
        foreach (PacketMetadata metadata in packet.Metadata)
        {
            if (!info.Fields.Any(f => f.Id == metadata.MetadataId) || !given.Add(metadata.MetadataId))
            {
                throw EntityFault.Invalid($"packet_out metadata {metadata.MetadataId} is unknown or given twice; known: {string.Join(", ", info.Fields.Select(f => $"{f.Name} ({f.Id})"))}");
            }
        }

        int bit = 0;
        foreach (FieldInfo field in info.Fields)
        {
            PacketMetadata? value = packet.Metadata.FirstOrDefault(m => m.MetadataId == field.Id);
            if (value is not null)
            {
                Bits.Write(frame, bit, field.Width, FieldValues.Parse(value.Value, field.Width, () => $"packet_out metadata {field.Name}"));
            }
            else if (!field.Name.TrimStart('_').StartsWith("pad", StringComparison.Ordinal))
            {
                throw EntityFault.Invalid($"packet_out metadata {field.Name} ({field.Id}) is missing");
            }

            bit += field.Width;
        }

        return frame;
    }
}
