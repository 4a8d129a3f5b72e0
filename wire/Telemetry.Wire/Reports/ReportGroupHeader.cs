using System.Buffers.Binary;

namespace Telemetry.Wire.Reports;

/// <summary>View of the 8-byte group header of a Telemetry Report v2.0; accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>Version4, hardware id6, sequence22; node id32.</remarks>
public readonly ref struct ReportGroupHeader
{
    public const int Size = 8;
    public const int SupportedVersion = 2;

    /// <summary>Sequence numbers run from 0 to this and wrap.</summary>
    public const uint MaxSequence = (1 << 22) - 1;

    private readonly ReadOnlySpan<byte> _bytes;

    private ReportGroupHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public byte HardwareId => (byte)((BinaryPrimitives.ReadUInt16BigEndian(_bytes) >> 6) & 0x3F);

    /// <summary>Counts datagrams of a (node, hardware id, destination).</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(_bytes) & MaxSequence;

    public uint NodeId => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]);

    /// <summary>False where there are fewer than 8 bytes or the version is not 2.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ReportGroupHeader header)
    {
        header = default;
        if (source.Length < Size || source[0] >> 4 != SupportedVersion)
            return false;
        header = new ReportGroupHeader(source[..Size]);
        return true;
    }

    // Whatever the version field says; there are 8 bytes.
    internal static ReportGroupHeader View(ReadOnlySpan<byte> source) => new(source[..Size]);

    /// <summary>Writes 8 bytes and returns 8; excess bits of <paramref name="hardwareId"/> and <paramref name="sequence"/> are cut.</summary>
    public static int Write(Span<byte> target, byte hardwareId, uint sequence, uint nodeId)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, ((uint)SupportedVersion << 28) | ((hardwareId & 0x3Fu) << 22) | (sequence & MaxSequence));
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], nodeId);
        return Size;
    }
}
