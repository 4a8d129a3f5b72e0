using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Telemetry.Wire.Int;

public partial struct HopMetadata
{
    // What is valid in a hop of the shipped bitmap without any value of all ones.
    private const HopFields DefaultFields = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency | HopFields.Queue
        | HopFields.IngressTimestamp | HopFields.EgressTimestamp;

    private const int DefaultLength = 32;

    /// <summary>
    /// Reads one hop. <paramref name="hop"/> holds HopML words, at least <see cref="HopLayout.Words"/>;
    /// <paramref name="offset"/> is where it starts in the datagram.
    /// </summary>
    public static void Read(ReadOnlySpan<byte> hop, HopLayout layout, int offset, ref HopMetadata target)
    {
        target = default;
        var length = hop.Length;
        if ((layout.Instructions & layout.Known & IntInstructions.ChecksumComplement) != 0)
        {
            length -= 4;
            var value = BinaryPrimitives.ReadUInt32BigEndian(hop[length..]);
            if (value != uint.MaxValue)
            {
                target._checksumComplement = value;
                target._fields |= HopFields.ChecksumComplement;
            }
        }
        var position = ReadBaseline(hop, layout, ref target);
        if ((layout.Instructions & ~layout.Known & IntInstructions.ChecksumComplement) != 0)
            position += 4; // reserved in this version
        target._domainDataOffset = offset + position;
        target._domainDataLength = length - position;
    }

    /// <summary>Reads one hop of INT v2.x.</summary>
    public static void Read(ReadOnlySpan<byte> hop, IntInstructions instructions, int offset, ref HopMetadata target) =>
        Read(hop, new HopLayout(instructions), offset, ref target);

    /// <summary>
    /// Reads a stack of hops of exactly the shipped bitmap's 8 words, with vectors where the processor has them (benchmark <c>decode-6hop</c>);
    /// the same as <see cref="Read(ReadOnlySpan{byte}, HopLayout, int, ref HopMetadata)"/> for each hop.
    /// </summary>
    internal static void ReadDefaultStack(ReadOnlySpan<byte> stack, int offset, Span<HopMetadata> targets)
    {
        if (!Vector256.IsHardwareAccelerated || !BitConverter.IsLittleEndian)
        {
            HopLayout layout = new(IntInstructions.Default);
            for (var i = 0; i < targets.Length; i++)
                Read(stack.Slice(i * DefaultLength, DefaultLength), layout, offset + (i * DefaultLength), ref targets[i]);
            return;
        }
        // Within 16 bytes: word, two half words, word, word; then two times of 8 bytes: each turned round.
        var order = Vector256.Create(3, 2, 1, 0, 5, 4, 7, 6, 11, 10, 9, 8, 15, 14, 13, 12, 23, 22, 21, 20, 19, 18, 17, 16, 31, 30, 29, 28, 27, 26, 25, (byte)24);
        for (var i = 0; i < targets.Length; i++)
        {
            var wire = Vector256.Create(stack.Slice(i * DefaultLength, DefaultLength));
            ref var target = ref targets[i];
            // Any half word of all ones may be a value of all ones: rare, so it goes the scalar way, which tells.
            if (Vector256.EqualsAny(wire.AsUInt16(), Vector256<ushort>.AllBitsSet))
            {
                Read(stack.Slice(i * DefaultLength, DefaultLength), new HopLayout(IntInstructions.Default), offset + (i * DefaultLength), ref target);
                continue;
            }
            target = default;
            Unsafe.WriteUnaligned(ref Unsafe.As<HopMetadata, byte>(ref target), Vector256.Shuffle(wire, order));
            target._fields = DefaultFields;
            target._domainDataOffset = offset + ((i + 1) * DefaultLength);
        }
    }

    // Bits 0 to 14 in order; returns the bytes read.
    internal static int ReadBaseline(ReadOnlySpan<byte> hop, HopLayout layout, ref HopMetadata target)
    {
        var instructions = layout.Instructions;
        var position = 0;
        var fields = target._fields;
        if ((instructions & IntInstructions.NodeId) != 0)
            Take32(hop, ref position, HopFields.NodeId, ref target._nodeId, ref fields);
        if ((instructions & IntInstructions.Level1Ports) != 0)
        {
            Take16(hop, ref position, HopFields.IngressPort, ref target._ingressPort, ref fields);
            Take16(hop, ref position, HopFields.EgressPort, ref target._egressPort, ref fields);
        }
        if ((instructions & IntInstructions.HopLatency) != 0)
            Take32(hop, ref position, HopFields.HopLatency, ref target._hopLatency, ref fields);
        if ((instructions & IntInstructions.Queue) != 0)
            Take32(hop, ref position, HopFields.Queue, ref target._queue, ref fields);
        if ((instructions & IntInstructions.IngressTimestamp) != 0)
            TakeTime(hop, ref position, HopFields.IngressTimestamp, ref target._ingressTimestamp, ref fields, layout.HasWideTimestamps);
        if ((instructions & IntInstructions.EgressTimestamp) != 0)
            TakeTime(hop, ref position, HopFields.EgressTimestamp, ref target._egressTimestamp, ref fields, layout.HasWideTimestamps);
        target._fields = fields;
        // What follows is rare: one test spares the shipped bitmap the rest.
        return ((ushort)instructions & 0x03FE) == 0 ? position : ReadRest(hop, layout, position, ref target);
    }

    private static int ReadRest(ReadOnlySpan<byte> hop, HopLayout layout, int position, ref HopMetadata target)
    {
        var instructions = layout.Instructions;
        ref var fields = ref target._fields;
        if ((instructions & IntInstructions.Level2Ports) != 0)
        {
            if (layout.Version == IntVersion.V05)
            {
                Take32(hop, ref position, HopFields.QueueCongestion, ref target._congestion, ref fields);
            }
            else if (layout.HasWideLevel2Ports)
            {
                Take32(hop, ref position, HopFields.Level2IngressPort, ref target._level2IngressPort, ref fields);
                Take32(hop, ref position, HopFields.Level2EgressPort, ref target._level2EgressPort, ref fields);
            }
            else
            {
                ushort ingress = 0, egress = 0;
                Take16(hop, ref position, HopFields.Level2IngressPort, ref ingress, ref fields);
                Take16(hop, ref position, HopFields.Level2EgressPort, ref egress, ref fields);
                (target._level2IngressPort, target._level2EgressPort) = (ingress, egress);
            }
        }
        if ((instructions & IntInstructions.TxUtilisation) != 0)
            Take32(hop, ref position, HopFields.TxUtilisation, ref target._txUtilisation, ref fields);
        if ((instructions & IntInstructions.Buffer) != 0)
        {
            if ((layout.Known & IntInstructions.Buffer) != 0)
                Take32(hop, ref position, HopFields.Buffer, ref target._buffer, ref fields);
            else
                position += 4;
        }
        return position + (4 * (instructions & IntInstructions.Reserved).Words());
    }

    private static void Take16(ReadOnlySpan<byte> hop, ref int position, HopFields field, ref ushort target, ref HopFields fields)
    {
        var value = BinaryPrimitives.ReadUInt16BigEndian(hop[position..]);
        position += 2;
        if (value != ushort.MaxValue)
        {
            target = value;
            fields |= field;
        }
    }

    private static void Take32(ReadOnlySpan<byte> hop, ref int position, HopFields field, ref uint target, ref HopFields fields)
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(hop[position..]);
        position += 4;
        if (value != uint.MaxValue)
        {
            target = value;
            fields |= field;
        }
    }

    private static void TakeTime(ReadOnlySpan<byte> hop, ref int position, HopFields field, ref ulong target, ref HopFields fields, bool wide)
    {
        var value = wide ? BinaryPrimitives.ReadUInt64BigEndian(hop[position..]) : BinaryPrimitives.ReadUInt32BigEndian(hop[position..]);
        position += wide ? 8 : 4;
        if (value != (wide ? ulong.MaxValue : uint.MaxValue))
        {
            target = value;
            fields |= field;
        }
    }
}
