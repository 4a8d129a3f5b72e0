using System.Buffers.Binary;

namespace Telemetry.Wire.Int;

/// <summary>
/// What one hop measured, in the device's own units. A value counts only where <see cref="Fields"/> has its flag; without it the value is 0.
/// </summary>
public struct HopMetadata
{
    /// <summary>Which values are valid.</summary>
    public HopFields Fields { get; set; }

    public uint NodeId { get; set; }

    /// <summary>Level-1 (physical) port.</summary>
    public ushort IngressPort { get; set; }

    /// <summary>Level-1 (physical) port.</summary>
    public ushort EgressPort { get; set; }

    public uint HopLatency { get; set; }

    public byte QueueId { get; set; }

    /// <summary>24 bits.</summary>
    public uint QueueOccupancy { get; set; }

    public ulong IngressTimestamp { get; set; }

    public ulong EgressTimestamp { get; set; }

    public uint Level2IngressPort { get; set; }

    public uint Level2EgressPort { get; set; }

    public uint TxUtilisation { get; set; }

    public byte BufferId { get; set; }

    /// <summary>24 bits.</summary>
    public uint BufferOccupancy { get; set; }

    public uint ChecksumComplement { get; set; }

    /// <summary>Reports only; the queue is <see cref="QueueId"/>.</summary>
    public byte DropReason { get; set; }

    /// <summary>Where the hop's domain-specific data starts, from the start of what was decoded; meaningless at length 0.</summary>
    public int DomainDataOffset { get; set; }

    /// <summary>Bytes.</summary>
    public int DomainDataLength { get; set; }

    /// <summary>True where all of these values are valid.</summary>
    public readonly bool Has(HopFields fields) => (Fields & fields) == fields;

    /// <summary>
    /// Reads one hop. <paramref name="hop"/> holds HopML words, at least <see cref="IntInstructionsSize.Words"/> of the bitmap;
    /// <paramref name="offset"/> is where it starts in the datagram.
    /// </summary>
    public static void Read(ReadOnlySpan<byte> hop, IntInstructions instructions, int offset, ref HopMetadata target)
    {
        target = default;
        var length = hop.Length;
        if ((instructions & IntInstructions.ChecksumComplement) != 0)
        {
            length -= 4;
            var value = BinaryPrimitives.ReadUInt32BigEndian(hop[length..]);
            if (value != uint.MaxValue)
            {
                target.ChecksumComplement = value;
                target.Fields |= HopFields.ChecksumComplement;
            }
        }
        var position = ReadBaseline(hop, instructions, ref target);
        target.DomainDataOffset = offset + position;
        target.DomainDataLength = length - position;
    }

    // Bits 0 to 14 in order; returns the bytes read.
    internal static int ReadBaseline(ReadOnlySpan<byte> hop, IntInstructions instructions, ref HopMetadata target)
    {
        var position = 0;
        var fields = target.Fields;
        if ((instructions & IntInstructions.NodeId) != 0)
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(hop);
            if (value != uint.MaxValue)
            {
                target.NodeId = value;
                fields |= HopFields.NodeId;
            }
            position = 4;
        }
        if ((instructions & IntInstructions.Level1Ports) != 0)
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(hop[position..]);
            if (value >> 16 != ushort.MaxValue)
            {
                target.IngressPort = (ushort)(value >> 16);
                fields |= HopFields.IngressPort;
            }
            if ((ushort)value != ushort.MaxValue)
            {
                target.EgressPort = (ushort)value;
                fields |= HopFields.EgressPort;
            }
            position += 4;
        }
        if ((instructions & IntInstructions.HopLatency) != 0)
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(hop[position..]);
            if (value != uint.MaxValue)
            {
                target.HopLatency = value;
                fields |= HopFields.HopLatency;
            }
            position += 4;
        }
        if ((instructions & IntInstructions.Queue) != 0)
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(hop[position..]);
            if (value != uint.MaxValue)
            {
                target.QueueId = (byte)(value >> 24);
                target.QueueOccupancy = value & 0xFF_FFFF;
                fields |= HopFields.Queue;
            }
            position += 4;
        }
        if ((instructions & IntInstructions.IngressTimestamp) != 0)
        {
            var value = BinaryPrimitives.ReadUInt64BigEndian(hop[position..]);
            if (value != ulong.MaxValue)
            {
                target.IngressTimestamp = value;
                fields |= HopFields.IngressTimestamp;
            }
            position += 8;
        }
        if ((instructions & IntInstructions.EgressTimestamp) != 0)
        {
            var value = BinaryPrimitives.ReadUInt64BigEndian(hop[position..]);
            if (value != ulong.MaxValue)
            {
                target.EgressTimestamp = value;
                fields |= HopFields.EgressTimestamp;
            }
            position += 8;
        }
        target.Fields = fields;
        // What follows is rare: one test spares the shipped bitmap the rest.
        return ((ushort)instructions & 0x03FE) == 0 ? position : ReadRest(hop, instructions, position, ref target);
    }

    private static int ReadRest(ReadOnlySpan<byte> hop, IntInstructions instructions, int position, ref HopMetadata target)
    {
        if ((instructions & IntInstructions.Level2Ports) != 0)
        {
            var (ingress, egress) = (BinaryPrimitives.ReadUInt32BigEndian(hop[position..]), BinaryPrimitives.ReadUInt32BigEndian(hop[(position + 4)..]));
            if (ingress != uint.MaxValue)
            {
                target.Level2IngressPort = ingress;
                target.Fields |= HopFields.Level2IngressPort;
            }
            if (egress != uint.MaxValue)
            {
                target.Level2EgressPort = egress;
                target.Fields |= HopFields.Level2EgressPort;
            }
            position += 8;
        }
        if ((instructions & IntInstructions.TxUtilisation) != 0)
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(hop[position..]);
            if (value != uint.MaxValue)
            {
                target.TxUtilisation = value;
                target.Fields |= HopFields.TxUtilisation;
            }
            position += 4;
        }
        if ((instructions & IntInstructions.Buffer) != 0)
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(hop[position..]);
            if (value != uint.MaxValue)
            {
                target.BufferId = (byte)(value >> 24);
                target.BufferOccupancy = value & 0xFF_FFFF;
                target.Fields |= HopFields.Buffer;
            }
            position += 4;
        }
        return position + (4 * (instructions & IntInstructions.Reserved).Words());
    }

    /// <summary>
    /// Writes one hop of <paramref name="target"/>'s length (HopML words): the bitmap's values in order, all ones for what is not valid, for reserved bits and for
    /// domain-specific words, the checksum complement last.
    /// </summary>
    /// <exception cref="ArgumentException">The bitmap needs more words.</exception>
    public readonly void Write(Span<byte> target, IntInstructions instructions)
    {
        if (target.Length < 4 * instructions.Words())
            throw new ArgumentException($"{instructions} needs {instructions.Words()} words; there are {target.Length / 4}", nameof(target));
        target.Fill(0xFF);
        if ((instructions & IntInstructions.ChecksumComplement) != 0 && Has(HopFields.ChecksumComplement))
            BinaryPrimitives.WriteUInt32BigEndian(target[^4..], ChecksumComplement);
        WriteBaseline(target, instructions);
    }

    // Bits 0 to 8 over a target of all ones; returns the bytes up to there.
    internal readonly int WriteBaseline(Span<byte> target, IntInstructions instructions)
    {
        var position = 0;
        if ((instructions & IntInstructions.NodeId) != 0)
            Put32(target, ref position, HopFields.NodeId, NodeId);
        if ((instructions & IntInstructions.Level1Ports) != 0)
        {
            if (Has(HopFields.IngressPort))
                BinaryPrimitives.WriteUInt16BigEndian(target[position..], IngressPort);
            if (Has(HopFields.EgressPort))
                BinaryPrimitives.WriteUInt16BigEndian(target[(position + 2)..], EgressPort);
            position += 4;
        }
        if ((instructions & IntInstructions.HopLatency) != 0)
            Put32(target, ref position, HopFields.HopLatency, HopLatency);
        if ((instructions & IntInstructions.Queue) != 0)
            Put32(target, ref position, HopFields.Queue, ((uint)QueueId << 24) | (QueueOccupancy & 0xFF_FFFF));
        if ((instructions & IntInstructions.IngressTimestamp) != 0)
            Put64(target, ref position, HopFields.IngressTimestamp, IngressTimestamp);
        if ((instructions & IntInstructions.EgressTimestamp) != 0)
            Put64(target, ref position, HopFields.EgressTimestamp, EgressTimestamp);
        if ((instructions & IntInstructions.Level2Ports) != 0)
        {
            Put32(target, ref position, HopFields.Level2IngressPort, Level2IngressPort);
            Put32(target, ref position, HopFields.Level2EgressPort, Level2EgressPort);
        }
        if ((instructions & IntInstructions.TxUtilisation) != 0)
            Put32(target, ref position, HopFields.TxUtilisation, TxUtilisation);
        if ((instructions & IntInstructions.Buffer) != 0)
            Put32(target, ref position, HopFields.Buffer, ((uint)BufferId << 24) | (BufferOccupancy & 0xFF_FFFF));
        return position + (4 * (instructions & IntInstructions.Reserved).Words());
    }

    private readonly void Put32(Span<byte> target, ref int position, HopFields field, uint value)
    {
        if (Has(field))
            BinaryPrimitives.WriteUInt32BigEndian(target[position..], value);
        position += 4;
    }

    private readonly void Put64(Span<byte> target, ref int position, HopFields field, ulong value)
    {
        if (Has(field))
            BinaryPrimitives.WriteUInt64BigEndian(target[position..], value);
        position += 8;
    }
}
