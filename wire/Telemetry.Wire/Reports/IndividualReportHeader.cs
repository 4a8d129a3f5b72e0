namespace Telemetry.Wire.Reports;

/// <summary>View of the first word of an individual report (Telemetry Report v2.0); accessors cannot fail once <see cref="TryRead"/> returned true.</summary>
/// <remarks>RepType4, InType4; ReportLength8; MdLength8; D1, Q1, F1, I1, R4.</remarks>
public readonly ref struct IndividualReportHeader
{
    public const int Size = 4;

    /// <summary>ReportLength of a last report that fills the datagram.</summary>
    public const byte ToTheEnd = 0xFF;

    private readonly ReadOnlySpan<byte> _bytes;

    private IndividualReportHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public ReportType Type => (ReportType)(_bytes[0] >> 4);

    public InnerType InnerType => (InnerType)(_bytes[0] & 0x0F);

    /// <summary>Words behind this one; see <see cref="ToTheEnd"/>.</summary>
    public byte LengthWords => _bytes[1];

    /// <summary>Words of variable metadata.</summary>
    public byte MetadataWords => _bytes[2];

    public ReportFlags Flags => (ReportFlags)(_bytes[3] & 0xF0);

    /// <summary>False where there are fewer than 4 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out IndividualReportHeader header)
    {
        header = source.Length < Size ? default : new IndividualReportHeader(source[..Size]);
        return source.Length >= Size;
    }

    /// <summary>Writes 4 bytes and returns 4.</summary>
    public static int Write(Span<byte> target, ReportType type, InnerType innerType, byte lengthWords, byte metadataWords, ReportFlags flags)
    {
        target[0] = (byte)(((int)type << 4) | ((int)innerType & 0x0F));
        target[1] = lengthWords;
        target[2] = metadataWords;
        target[3] = (byte)flags;
        return Size;
    }
}
