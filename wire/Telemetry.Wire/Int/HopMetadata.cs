using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Telemetry.Wire.Int;

/// <summary>
/// What one hop measured, in the device's own units. A value counts only where <see cref="Fields"/> has its flag; without it the value is 0.
/// </summary>
/// <remarks>The first 32 bytes are those of the shipped bitmap (<see cref="IntInstructions.Default"/>) in its order, so that one vector load and store reads such a hop.</remarks>
[StructLayout(LayoutKind.Sequential)]
public partial struct HopMetadata
{
    private uint _nodeId;
    private ushort _ingressPort;
    private ushort _egressPort;
    private uint _hopLatency;
    private uint _queue;
    private ulong _ingressTimestamp;
    private ulong _egressTimestamp;
    private HopFields _fields;
    private uint _level2IngressPort;
    private uint _level2EgressPort;
    private uint _txUtilisation;
    private uint _buffer;
    private uint _checksumComplement;
    private uint _congestion;
    private int _domainDataOffset;
    private int _domainDataLength;
    private byte _dropReason;

    /// <summary>Which values are valid.</summary>
    public HopFields Fields { readonly get => _fields; set => _fields = value; }

    public uint NodeId { readonly get => _nodeId; set => _nodeId = value; }

    /// <summary>Level-1 (physical) port.</summary>
    public ushort IngressPort { readonly get => _ingressPort; set => _ingressPort = value; }

    /// <summary>Level-1 (physical) port.</summary>
    public ushort EgressPort { readonly get => _egressPort; set => _egressPort = value; }

    public uint HopLatency { readonly get => _hopLatency; set => _hopLatency = value; }

    public byte QueueId { readonly get => (byte)(_queue >> 24); set => _queue = (_queue & 0xFF_FFFF) | ((uint)value << 24); }

    /// <summary>24 bits.</summary>
    public uint QueueOccupancy { readonly get => _queue & 0xFF_FFFF; set => _queue = (_queue & 0xFF00_0000) | (value & 0xFF_FFFF); }

    /// <summary>64 bits, or 32 that wrap: see <see cref="HopLayout.HasWideTimestamps"/>.</summary>
    public ulong IngressTimestamp { readonly get => _ingressTimestamp; set => _ingressTimestamp = value; }

    /// <summary>64 bits, or 32 that wrap.</summary>
    public ulong EgressTimestamp { readonly get => _egressTimestamp; set => _egressTimestamp = value; }

    public uint Level2IngressPort { readonly get => _level2IngressPort; set => _level2IngressPort = value; }

    public uint Level2EgressPort { readonly get => _level2EgressPort; set => _level2EgressPort = value; }

    public uint TxUtilisation { readonly get => _txUtilisation; set => _txUtilisation = value; }

    public byte BufferId { readonly get => (byte)(_buffer >> 24); set => _buffer = (_buffer & 0xFF_FFFF) | ((uint)value << 24); }

    /// <summary>24 bits.</summary>
    public uint BufferOccupancy { readonly get => _buffer & 0xFF_FFFF; set => _buffer = (_buffer & 0xFF00_0000) | (value & 0xFF_FFFF); }

    public uint ChecksumComplement { readonly get => _checksumComplement; set => _checksumComplement = value; }

    /// <summary>INT v0.5 only: queue id in the upper 8 bits, congestion status in the lower 24.</summary>
    public uint QueueCongestion { readonly get => _congestion; set => _congestion = value; }

    /// <summary>Reports only; the queue is <see cref="QueueId"/>.</summary>
    public byte DropReason { readonly get => _dropReason; set => _dropReason = value; }

    /// <summary>Where the hop's domain-specific data starts, from the start of what was decoded; meaningless at length 0.</summary>
    public int DomainDataOffset { readonly get => _domainDataOffset; set => _domainDataOffset = value; }

    /// <summary>Bytes.</summary>
    public int DomainDataLength { readonly get => _domainDataLength; set => _domainDataLength = value; }

    /// <summary>True where all of these values are valid.</summary>
    public readonly bool Has(HopFields fields) => (_fields & fields) == fields;

    /// <summary>
    /// Writes one hop of <paramref name="target"/>'s length (HopML words): the bitmap's values in order, all ones for what is not valid, for reserved bits and for
    /// domain-specific words, the checksum complement last.
    /// </summary>
    /// <exception cref="ArgumentException">The layout needs more words.</exception>
    public readonly void Write(Span<byte> target, HopLayout layout)
    {
        if (target.Length < 4 * layout.Words)
            throw new ArgumentException($"{layout.Instructions} needs {layout.Words} words; there are {target.Length / 4}", nameof(target));
        target.Fill(0xFF);
        if ((layout.Instructions & layout.Known & IntInstructions.ChecksumComplement) != 0 && Has(HopFields.ChecksumComplement))
            BinaryPrimitives.WriteUInt32BigEndian(target[^4..], ChecksumComplement);
        WriteBaseline(target, layout);
    }

    /// <summary>Writes one hop of INT v2.x.</summary>
    /// <exception cref="ArgumentException">The bitmap needs more words.</exception>
    public readonly void Write(Span<byte> target, IntInstructions instructions) => Write(target, new HopLayout(instructions));

    // Bits 0 to 14 over a target of all ones; returns the bytes up to there.
    internal readonly int WriteBaseline(Span<byte> target, HopLayout layout)
    {
        var instructions = layout.Instructions;
        var position = 0;
        if ((instructions & IntInstructions.NodeId) != 0)
            Put32(target, ref position, HopFields.NodeId, _nodeId);
        if ((instructions & IntInstructions.Level1Ports) != 0)
            Put16(target, ref position, HopFields.IngressPort, _ingressPort, HopFields.EgressPort, _egressPort);
        if ((instructions & IntInstructions.HopLatency) != 0)
            Put32(target, ref position, HopFields.HopLatency, _hopLatency);
        if ((instructions & IntInstructions.Queue) != 0)
            Put32(target, ref position, HopFields.Queue, _queue);
        if ((instructions & IntInstructions.IngressTimestamp) != 0)
            PutTime(target, ref position, HopFields.IngressTimestamp, _ingressTimestamp, layout.HasWideTimestamps);
        if ((instructions & IntInstructions.EgressTimestamp) != 0)
            PutTime(target, ref position, HopFields.EgressTimestamp, _egressTimestamp, layout.HasWideTimestamps);
        if ((instructions & IntInstructions.Level2Ports) != 0)
        {
            if (layout.Version == IntVersion.V05)
            {
                Put32(target, ref position, HopFields.QueueCongestion, _congestion);
            }
            else if (layout.HasWideLevel2Ports)
            {
                Put32(target, ref position, HopFields.Level2IngressPort, _level2IngressPort);
                Put32(target, ref position, HopFields.Level2EgressPort, _level2EgressPort);
            }
            else
            {
                Put16(target, ref position, HopFields.Level2IngressPort, (ushort)_level2IngressPort, HopFields.Level2EgressPort, (ushort)_level2EgressPort);
            }
        }
        if ((instructions & IntInstructions.TxUtilisation) != 0)
            Put32(target, ref position, HopFields.TxUtilisation, _txUtilisation);
        if ((instructions & IntInstructions.Buffer) != 0)
        {
            if ((layout.Known & IntInstructions.Buffer) != 0)
                Put32(target, ref position, HopFields.Buffer, _buffer);
            else
                position += 4;
        }
        return position + (4 * (instructions & IntInstructions.Reserved).Words());
    }

    private readonly void Put16(Span<byte> target, ref int position, HopFields firstField, ushort first, HopFields secondField, ushort second)
    {
        if (Has(firstField))
            BinaryPrimitives.WriteUInt16BigEndian(target[position..], first);
        if (Has(secondField))
            BinaryPrimitives.WriteUInt16BigEndian(target[(position + 2)..], second);
        position += 4;
    }

    private readonly void Put32(Span<byte> target, ref int position, HopFields field, uint value)
    {
        if (Has(field))
            BinaryPrimitives.WriteUInt32BigEndian(target[position..], value);
        position += 4;
    }

    private readonly void PutTime(Span<byte> target, ref int position, HopFields field, ulong value, bool wide)
    {
        if (Has(field) && wide)
            BinaryPrimitives.WriteUInt64BigEndian(target[position..], value);
        else if (Has(field))
            BinaryPrimitives.WriteUInt32BigEndian(target[position..], (uint)value);
        position += wide ? 8 : 4;
    }
}
