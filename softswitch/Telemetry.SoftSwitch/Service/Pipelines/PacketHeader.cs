using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Values;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>The header that carries packet-in or packet-out metadata on the CPU port: the P4Info's fields one after another.</summary>
internal sealed class PacketHeader
{
    private readonly PacketMetadataInfo _info;
    private readonly ValueCodec[] _codecs;
    private readonly bool[] _isPadding;

    public PacketHeader(PacketMetadataInfo info, ProgramModel model, Translations translations)
    {
        _info = info;
        _codecs = new ValueCodec[info.Fields.Count];
        _isPadding = [.. info.Fields.Select(f => f.Name.TrimStart('_').StartsWith("pad", StringComparison.Ordinal))];

        // The P4Info has the controller's widths: where a field is translated, the header's own are in the program.
        IReadOnlyList<FieldDef>? own = info.Fields.Any(f => f.Translation is not null)
            ? model.Headers.Select(h => h.Type.Fields).FirstOrDefault(fields => fields.Select(f => f.Name).SequenceEqual(info.Fields.Select(f => f.Name)))
            : null;
        for (int i = 0; i < _codecs.Length; i++)
        {
            FieldInfo field = info.Fields[i];
            int width = own?[i].Width ?? field.Width;
            if (width == 0)
            {
                throw new P4InfoException($"{info.Name}, field {field.Name}: the program has no header with the P4Info's fields {string.Join(", ", info.Fields.Select(f => f.Name))}, so its width is unknown");
            }

            _codecs[i] = new ValueCodec($"{info.Name} metadata {field.Name}", width, translations.For(field));
        }

        Size = (_codecs.Sum(c => c.Width) + 7) / 8;
    }

    /// <summary>Bytes; the last byte is filled with zero bits.</summary>
    public int Size { get; }

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
        for (int i = 0; i < _codecs.Length; i++)
        {
            int width = _codecs[i].Width;
            ByteString value = width <= 64 ? _codecs[i].FormatWord(Bits.Read64(header, bit, width)) : _codecs[i].Format(Bits.Read(header, bit, width));
            packet.Metadata.Add(new PacketMetadata { MetadataId = _info.Fields[i].Id, Value = value });
            bit += width;
        }

        packet.Payload = ByteString.CopyFrom(frame[Size..]);
        return true;
    }

    /// <summary>The frame that enters at the CPU port. Padding may be left out.</summary>
    /// <exception cref="EntityFault">Metadata that is missing, unknown, given twice or too wide.</exception>
    public byte[] Write(PacketOut packet)
    {
        byte[] frame = new byte[Size + packet.Payload.Length];
        packet.Payload.Span.CopyTo(frame.AsSpan(Size));
        for (int i = 0; i < packet.Metadata.Count; i++)
        {
            uint id = packet.Metadata[i].MetadataId;
            if (!_info.Fields.TryGet(id, out _) || packet.Metadata.Take(i).Any(m => m.MetadataId == id))
            {
                throw EntityFault.Invalid($"{_info.Name} metadata {id} is {(_info.Fields.TryGet(id, out _) ? "given twice" : "unknown")}; known: {string.Join(", ", _info.Fields.Select(f => $"{f.Name} ({f.Id})"))}");
            }
        }

        int bit = 0;
        for (int i = 0; i < _codecs.Length; i++)
        {
            FieldInfo field = _info.Fields[i];
            PacketMetadata? value = packet.Metadata.FirstOrDefault(m => m.MetadataId == field.Id);
            if (value is not null)
            {
                Bits.Write(frame, bit, _codecs[i].Width, _codecs[i].Parse(value.Value));
            }
            else if (!_isPadding[i])
            {
                throw EntityFault.Invalid($"{_info.Name} metadata {field.Name} ({field.Id}) is missing");
            }

            bit += _codecs[i].Width;
        }

        return frame;
    }
}
