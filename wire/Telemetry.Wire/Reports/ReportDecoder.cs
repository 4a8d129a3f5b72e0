namespace Telemetry.Wire.Reports;

/// <summary>
/// Walks the individual reports of one Telemetry Report v2.0 datagram (the UDP payload): no allocation, no exception for any bytes.
/// </summary>
/// <remarks>
/// <c>var decoder = new ReportDecoder(payload, report); while (decoder.MoveNext()) { ... report ... } Count(decoder.Error);</c>
/// A fault inside a report is in <see cref="DecodedReport.Error"/> and the walk goes on; a fault of the datagram is in <see cref="Error"/> and ends it.
/// </remarks>
public ref struct ReportDecoder
{
    private readonly ReadOnlySpan<byte> _datagram;
    private readonly DecodedReport _report;
    private readonly ReportProfile _profile;
    private int _position;
    private int _index;

    /// <summary>Reads the group header into <paramref name="report"/>; its values are also valid for a datagram without reports.</summary>
    public ReportDecoder(ReadOnlySpan<byte> datagram, DecodedReport report, ReportProfile? profile = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        _datagram = datagram;
        _report = report;
        _profile = profile ?? ReportProfile.Default;
        report.Clear();
        if (ReportGroupHeader.TryRead(datagram, out var group))
        {
            (report.HardwareId, report.Sequence, report.NodeId) = (group.HardwareId, group.Sequence, group.NodeId);
            _position = ReportGroupHeader.Size;
            if (datagram.Length == ReportGroupHeader.Size)
                Fail(ReportError.NoReport, _position);
        }
        else
        {
            (report.HardwareId, report.Sequence, report.NodeId) = (0, 0, 0);
            Fail(datagram.Length < ReportGroupHeader.Size ? ReportError.GroupTruncated : ReportError.GroupVersion, 0);
        }
    }

    /// <summary>What is wrong with the datagram as a whole; final once <see cref="MoveNext"/> returned false.</summary>
    public ReportError Error { get; private set; }

    /// <summary>Where that is.</summary>
    public int ErrorOffset { get; private set; }

    /// <summary>Decodes the next individual report; false at the end or at a fault of the datagram.</summary>
    public bool MoveNext()
    {
        if (_position >= _datagram.Length)
            return false;
        var start = _position;
        var rest = _datagram[start..];
        if (!IndividualReportHeader.TryRead(rest, out var header))
        {
            Fail(ReportError.ReportTruncated, start);
            return false;
        }
        var body = rest[IndividualReportHeader.Size..];
        if (header.LengthWords != IndividualReportHeader.ToTheEnd)
        {
            var length = 4 * header.LengthWords;
            if (length > body.Length)
            {
                Fail(ReportError.ReportLength, start + 1);
                return false;
            }
            body = body[..length];
        }
        _position = start + IndividualReportHeader.Size + body.Length;

        if (_index > 0)
            _report.Clear();
        _report.Index = _index++;
        (_report.Type, _report.InnerType, _report.Flags) = (header.Type, header.InnerType, header.Flags);
        DecodeBody(header, body, start);
        return true;
    }

    private readonly void DecodeBody(IndividualReportHeader header, ReadOnlySpan<byte> body, int start)
    {
        var bodyOffset = start + IndividualReportHeader.Size;
        var metadataLength = 4 * header.MetadataWords;
        var fixedLength = header.Type == ReportType.IntMetadata ? IntMainContents.FixedSize : 0;
        if (fixedLength + metadataLength > body.Length)
        {
            _report.Fail(ReportError.MetadataLength, start + 2);
            return;
        }
        _report.InnerOffset = bodyOffset + fixedLength + metadataLength;
        _report.InnerLength = body.Length - fixedLength - metadataLength;
        if (header.Type == ReportType.IntMetadata)
            IntMainContents.Read(body[..(fixedLength + metadataLength)], bodyOffset, _report);
        else if (header.Type != ReportType.InnerOnly)
            _report.Fail(ReportError.ReportTypeUnsupported, start);
        // The inner packet is found by lengths alone: a fault before it does not hide its flow.
        var before = (_report.Error, _report.ErrorOffset);
        InnerPacket.Read(body[(fixedLength + metadataLength)..], _report, _profile);
        if (before.Error != ReportError.None)
            _report.Fail(before.Error, before.ErrorOffset);
    }

    private void Fail(ReportError error, int offset)
    {
        Error = error;
        ErrorOffset = offset;
        _position = _datagram.Length;
    }
}
