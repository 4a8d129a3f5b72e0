namespace Telemetry.Wire.Reports;

/// <summary>
/// Walks the reports of one datagram (the UDP payload) of Telemetry Report v2.0, v1.0 or v0.5: no allocation, no exception for any bytes.
/// </summary>
/// <remarks>
/// <c>var decoder = new ReportDecoder(payload, report); while (decoder.MoveNext()) { ... report ... } Count(decoder.Error);</c>
/// A fault inside a report is in <see cref="DecodedReport.Error"/> and the walk goes on; a fault of the datagram is in <see cref="Error"/> and ends it.
/// </remarks>
public ref struct ReportDecoder
{
    private readonly ReadOnlySpan<byte> _datagram;
    private DecodedReport _report;
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
        (report.HardwareId, report.Sequence, report.NodeId) = (0, 0, 0);
        report.Version = VersionOf(datagram, _profile);
        switch (report.Version)
        {
            case ReportVersion.V20 when datagram.Length < ReportGroupHeader.Size:
                Fail(ReportError.GroupTruncated, 0, ReportGroupHeader.Size, datagram.Length);
                break;
            case ReportVersion.V20:
                var group = ReportGroupHeader.View(datagram);
                (report.HardwareId, report.Sequence, report.NodeId) = (group.HardwareId, group.Sequence, group.NodeId);
                _position = ReportGroupHeader.Size;
                if (datagram.Length == ReportGroupHeader.Size)
                    Fail(ReportError.NoReport, _position, 1, 0);
                break;
            case ReportVersion.V10 or ReportVersion.V05:
                if (!OldReports.ReadHeader(datagram, report))
                    Fail(ReportError.GroupTruncated, 0, OldReports.FixedSize(report.Version), datagram.Length);
                break;
            default:
                var truncated = datagram.IsEmpty;
                Fail(truncated ? ReportError.GroupTruncated : ReportError.GroupVersion, 0, truncated ? ReportGroupHeader.Size : 2, truncated ? 0 : datagram[0] >> 4);
                break;
        }
    }

    /// <summary>What is wrong with the datagram as a whole; final once <see cref="MoveNext()"/> returned false.</summary>
    public ReportError Error { get; private set; }

    /// <summary>Where that is.</summary>
    public int ErrorOffset { get; private set; }

    /// <summary>With an error: how much was needed, in the unit of <see cref="ReportFault"/>.</summary>
    public int ErrorNeeded { get; private set; }

    /// <summary>With an error: how much was there.</summary>
    public int ErrorLeft { get; private set; }

    /// <summary>The same into another report, so that what was decoded before stays as it is. The first one of a datagram goes where the constructor was told.</summary>
    /// <exception cref="ArgumentException">It is the datagram's first report.</exception>
    public bool MoveNext(DecodedReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (_position >= _datagram.Length)
            return false;
        if (!ReferenceEquals(report, _report))
        {
            if (_index == 0)
                throw new ArgumentException("the group header was read into another report", nameof(report));
            (report.Version, report.HardwareId, report.Sequence, report.NodeId) = (_report.Version, _report.HardwareId, _report.Sequence, _report.NodeId);
            _report = report;
        }
        return MoveNext();
    }

    /// <summary>Decodes the next report; false at the end or at a fault of the datagram.</summary>
    public bool MoveNext()
    {
        if (_position >= _datagram.Length)
            return false;
        if (_report.Version != ReportVersion.V20)
        {
            // One report fills an older datagram.
            _position = _datagram.Length;
            OldReports.Read(_datagram, _report, _profile);
            return true;
        }
        var start = _position;
        var rest = _datagram[start..];
        if (!IndividualReportHeader.TryRead(rest, out var header))
        {
            Fail(ReportError.ReportTruncated, start, IndividualReportHeader.Size, rest.Length);
            return false;
        }
        var body = rest[IndividualReportHeader.Size..];
        if (header.LengthWords != IndividualReportHeader.ToTheEnd && !(header.LengthWords == 0 && _profile.Deviates(ReportDeviations.LengthZero)))
        {
            var length = 4 * header.LengthWords;
            if (length > body.Length)
            {
                Fail(ReportError.ReportLength, start + 1, header.LengthWords, body.Length / 4);
                return false;
            }
            body = body[..length];
        }
        _position = start + IndividualReportHeader.Size + body.Length;

        if (_index > 0)
            _report.Clear();
        _report.Index = _index++;
        _report.Offset = start;
        (_report.Type, _report.InnerType, _report.Flags) = (header.Type, header.InnerType, header.Flags);
        DecodeBody(header, body, start);
        return true;
    }

    private readonly void DecodeBody(IndividualReportHeader header, ReadOnlySpan<byte> body, int start)
    {
        var bodyOffset = start + IndividualReportHeader.Size;
        var hasMain = header.Type == ReportType.IntMetadata
            || (header.Type == ReportType.InnerOnly && _profile.Deviates(ReportDeviations.MainContentsUnannounced));
        var fixedLength = hasMain ? IntMainContents.FixedSize : 0;

        // Without main contents there is no metadata whatever MdLength says: receivers ignore it.
        var metadataWords = header.Type == ReportType.InnerOnly && !hasMain ? 0 : header.MetadataWords;
        if (hasMain && metadataWords == 0 && body.Length >= fixedLength && _profile.Deviates(ReportDeviations.MetadataLengthZero))
            metadataWords = (byte)IntMainContents.Words(body);
        var metadataLength = 4 * metadataWords;
        if (fixedLength + metadataLength > body.Length)
        {
            _report.Fail(ReportError.MetadataLength, start + 2, (fixedLength / 4) + metadataWords, body.Length / 4);
            return;
        }
        if (_profile.Strict && ((_datagram[start + 3] & 0x0F) != 0 || (!hasMain && header.MetadataWords != 0)))
        {
            _report.Fail(ReportError.ReservedValue, start + 2, 0, header.MetadataWords);
            return;
        }
        _report.InnerOffset = bodyOffset + fixedLength + metadataLength;
        _report.InnerLength = body.Length - fixedLength - metadataLength;
        if (hasMain)
            IntMainContents.Read(body[..(fixedLength + metadataLength)], bodyOffset, _report, _profile);
        else if (header.Type != ReportType.InnerOnly)
            _report.Fail(ReportError.ReportTypeUnsupported, start, 1, (int)header.Type);
        if (_report.Error == ReportError.None)
        {
            InnerPacket.Read(body[(fixedLength + metadataLength)..], _report, _profile);
            return;
        }
        // The inner packet is found by lengths alone: a fault before it does not hide its flow.
        var (error, offset, needed, left) = (_report.Error, _report.ErrorOffset, _report.ErrorNeeded, _report.ErrorLeft);
        _report.Fail(ReportError.None, 0);
        InnerPacket.Read(body[(fixedLength + metadataLength)..], _report, _profile);
        _report.Fail(error, offset, needed, left);
    }

    private static ReportVersion VersionOf(ReadOnlySpan<byte> datagram, ReportProfile profile)
    {
        if (datagram.IsEmpty)
            return ReportVersion.None;
        var version = (datagram[0] >> 4) switch
        {
            2 => ReportVersion.V20,
            1 => profile.Deviates(ReportDeviations.VersionOneLayoutTwo) ? ReportVersion.V20 : ReportVersion.V10,
            0 => ReportVersion.V05,
            _ => ReportVersion.None,
        };
        return profile.Version == ReportVersion.None || profile.Version == version ? version : ReportVersion.None;
    }

    private void Fail(ReportError error, int offset, int needed, int left)
    {
        (Error, ErrorOffset, ErrorNeeded, ErrorLeft) = (error, offset, needed, left);
        _position = _datagram.Length;
    }
}
