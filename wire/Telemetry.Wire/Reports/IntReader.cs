using System.Buffers.Binary;
using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>Reads shim, INT header and stack of INT v2.x, v1.0 and v0.5 behind any carrier.</summary>
internal static class IntReader
{
    private const int OldHeaderWords = 2;

    /// <summary>Reads from the shim on.</summary>
    /// <returns>Bytes of INT with shim and tail, as far as its length is known; 0 at a fault before that.</returns>
    public static int Read(ReadOnlySpan<byte> bytes, int offset, IntCarrier carrier, DecodedReport report, ReportProfile profile, int layer)
    {
        if (bytes.Length < IntShim.Size)
        {
            report.Fail(ReportError.IntTruncated, offset, IntShim.Size, bytes.Length);
            return 0;
        }
        // Before v2 the type took 8 bits; 0 is no type of v2.
        var isOld = bytes[0] is 1 or 2 && carrier != IntCarrier.Gre;
        var type = (IntType)(isOld ? bytes[0] : bytes[0] >> 4);
        var words = isOld ? bytes[2] - 1 : bytes[1];
        if (!isOld && profile.Deviates(ReportDeviations.ShimCounted))
            words--;
        var isTransport = carrier is IntCarrier.Tcp or IntCarrier.Udp;
        var nextProtocolType = isOld || !isTransport ? 0 : (bytes[0] >> 2) & 3;
        if (type == IntType.Destination && carrier == IntCarrier.VxlanGpe && words >= 0)
            return IntShim.Size + (4 * words); // for the destination only: skipped
        if (type is not (IntType.Metadata or IntType.Instructions) || nextProtocolType == 3 || (isOld && type != IntType.Metadata))
        {
            report.Fail(ReportError.IntTypeUnsupported, offset, 0, bytes[0]);
            return 0;
        }
        if (profile.Strict && !isOld && !ShimIsClean(bytes, carrier, nextProtocolType))
        {
            report.Fail(ReportError.ReservedValue, offset, 0, bytes[0]);
            return 0;
        }
        var body = bytes[IntShim.Size..];
        report.IntType = type;
        report.IntOffset = offset;
        (report.IntCarrier, report.NextProtocolType) = (nextProtocolType == 2 ? IntCarrier.InsertedUdp : carrier, nextProtocolType);
        var tailLength = 0;
        if (isOld && isTransport && body.Length > 0 && body[0] >> 4 == 0)
        {
            tailLength = 4;
            words--;
        }
        if (!ReadBody(body, words, offset + IntShim.Size, report, profile, isOld))
            return 0;
        report.IntLength = IntShim.Size + (4 * Math.Max(words, 0)) + tailLength;
        report.IntInIpLength += report.IntLength + (nextProtocolType == 2 ? UdpHeader.Size : 0);
        if (isTransport)
            Restore(bytes, offset, isOld, tailLength, report, profile, layer);
        return report.IntLength;
    }

    /// <summary>Reads an INT header that a Geneve option holds, without a shim.</summary>
    public static void ReadOption(ReadOnlySpan<byte> option, int offset, IntType type, DecodedReport report, ReportProfile profile)
    {
        if (type is not (IntType.Metadata or IntType.Instructions))
        {
            report.Fail(ReportError.IntTypeUnsupported, offset, 0, (int)type);
            return;
        }
        report.IntType = type;
        report.IntOffset = offset;
        report.IntCarrier = IntCarrier.Geneve;
        if (ReadBody(option, option.Length / 4, offset, report, profile, isOld: option.Length > 0 && option[0] >> 4 < IntMdHeader.SupportedVersion))
            report.IntLength = option.Length;
    }

    /// <summary>True where the bytes could be a shim with an INT header behind it: for tracked flows whose packets are not marked.</summary>
    public static bool LooksLikeInt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < IntShim.Size + IntMdHeader.Size)
            return false;
        if (bytes[0] == 1)
            return bytes[1] == 0 && bytes[2] >= 1 + OldHeaderWords && bytes[4] >> 4 <= 1;
        return bytes[0] >> 4 is (int)IntType.Metadata or (int)IntType.Instructions && (bytes[0] & 3) == 0 && (bytes[0] & 0xC) != 0xC
            && bytes[1] >= IntMdHeader.Words && bytes[4] >> 4 == IntMdHeader.SupportedVersion && (bytes[4] & 1) == 0 && bytes[5] == 0 && (bytes[6] & 0xE0) == 0;
    }

    // words: of header and stack. False at a fault after which the length of INT is not known.
    private static bool ReadBody(ReadOnlySpan<byte> body, int words, int offset, DecodedReport report, ReportProfile profile, bool isOld)
    {
        var headerWords = isOld ? OldHeaderWords : IntMdHeader.Words;
        var byRemaining = profile.Deviates(ReportDeviations.HopsByRemaining);
        if (words < headerWords && !byRemaining)
        {
            report.Fail(ReportError.IntLength, offset - 3, headerWords, words);
            return false;
        }
        if (body.Length < 4 * headerWords)
        {
            report.Fail(ReportError.IntTruncated, offset, 4 * headerWords, body.Length);
            return false;
        }
        if (isOld ? !ReadOld(body, report) : report.IntType == IntType.Metadata ? !ReadMd(body, report, profile) : !ReadMx(body, report, profile))
        {
            if (report.Error == ReportError.None)
                report.Fail(ReportError.IntVersion, offset, isOld ? 1 : IntMdHeader.SupportedVersion, body[0] >> 4);
            return false;
        }
        report.HasInt = true;
        report.StackOffset = offset + (4 * headerWords);
        var layout = new HopLayout(
            report.Instructions, report.IntVersion, profile.Deviates(ReportDeviations.WideTimestamps), profile.Deviates(ReportDeviations.NarrowLevel2Ports));
        report.HopsHaveNarrowTimes = !layout.HasWideTimestamps;
        var stackWords = byRemaining && report.IntType == IntType.Metadata
            ? Math.Max(0, profile.MaximumHops - report.RemainingHops) * report.HopWords
            : words - headerWords;
        var stack = body[(4 * headerWords)..];
        if (stack.Length < 4 * stackWords)
        {
            report.Fail(ReportError.StackTruncated, report.StackOffset, stackWords, stack.Length / 4);
            return true;
        }
        stack = stack[..(4 * stackWords)];
        if (report.IntType == IntType.Metadata)
            ReadStack(stack, layout, report, profile);
        else
            (report.SourceDataOffset, report.SourceDataLength) = (report.StackOffset, stack.Length);
        return true;
    }

    private static bool ReadMd(ReadOnlySpan<byte> body, DecodedReport report, ReportProfile profile)
    {
        if (!IntMdHeader.TryRead(body, out var md))
            return false;
        if (profile.Strict && ((body[0] & 1) != 0 || body[1] != 0 || (body[2] & 0xE0) != 0))
            report.Fail(ReportError.ReservedValue, report.IntOffset + IntShim.Size, 0, 1);
        report.IntVersion = IntVersion.V20;
        (report.Discard, report.HopsExceeded, report.MtuExceeded) = (md.Discard, md.HopsExceeded, md.MtuExceeded);
        (report.HopWords, report.RemainingHops, report.Instructions) = (md.HopWords, md.RemainingHops, md.Instructions);
        (report.DomainId, report.DomainInstructions, report.DomainFlags) = (md.DomainId, md.DomainInstructions, md.DomainFlags);
        return true;
    }

    private static bool ReadMx(ReadOnlySpan<byte> body, DecodedReport report, ReportProfile profile)
    {
        if (!IntMxHeader.TryRead(body, out var mx))
            return false;
        if (profile.Strict && ((body[0] & 7) != 0 || body[1] != 0 || body[2] != 0 || body[3] != 0))
            report.Fail(ReportError.ReservedValue, report.IntOffset + IntShim.Size, 0, 1);
        report.IntVersion = IntVersion.V20;
        (report.Discard, report.Instructions) = (mx.Discard, mx.Instructions);
        (report.DomainId, report.DomainInstructions, report.DomainFlags) = (mx.DomainId, mx.DomainInstructions, mx.DomainFlags);
        return true;
    }

    // v1.0: version4, rep2, C, E, M, R10, HopML5, remaining8; v0.5: version4, rep2, C, E, R3, count5, maximum8, total8. Then bitmap16, R16.
    private static bool ReadOld(ReadOnlySpan<byte> body, DecodedReport report)
    {
        var word = BinaryPrimitives.ReadUInt32BigEndian(body);
        (report.Discard, report.HopsExceeded) = ((word & (1u << 25)) != 0, (word & (1u << 24)) != 0);
        report.Instructions = (IntInstructions)BinaryPrimitives.ReadUInt16BigEndian(body[4..]);
        switch (word >> 28)
        {
            case 1:
                report.IntVersion = IntVersion.V10;
                report.MtuExceeded = (word & (1u << 23)) != 0;
                (report.HopWords, report.RemainingHops) = ((int)(word >> 8) & 0x1F, (byte)word);
                return true;
            case 0:
                report.IntVersion = IntVersion.V05;
                (report.HopWords, report.RemainingHops) = ((int)(word >> 16) & 0x1F, (byte)Math.Max(0, (int)((word >> 8) & 0xFF) - (int)(word & 0xFF)));
                return true;
            default:
                return false;
        }
    }

    private static void Restore(ReadOnlySpan<byte> bytes, int offset, bool isOld, int tailLength, DecodedReport report, ReportProfile profile, int layer)
    {
        if (tailLength > 0)
        {
            // Protocol8, port16, DSCP or reserved8.
            if (report.IntLength > bytes.Length)
            {
                if (report.Error == ReportError.None)
                    report.Fail(ReportError.IntTruncated, offset + report.IntLength - tailLength, tailLength, Math.Max(0, bytes.Length - (report.IntLength - tailLength)));
                return;
            }
            var tail = bytes[(report.IntLength - tailLength)..];
            report.Flow = report.Flow with { DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(tail[1..]) };
            report.Dscp = (byte)(tail[3] & 0x3F);
            return;
        }
        var last = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        switch (report.NextProtocolType)
        {
            case 0:
                report.Dscp = (byte)((isOld ? bytes[3] : last) >> 2 & 0x3F);
                break;
            case 1:
                report.Flow = report.Flow with { DestinationPort = last };
                break;
            default:
                var protocol = (byte)last;
                var original = report.IntLength <= bytes.Length ? bytes[report.IntLength..] : default;
                if (protocol is IpProtocol.Ipv4 or IpProtocol.Ipv6)
                {
                    InnerPacket.ReadTunnelled(
                        original, offset + report.IntLength, protocol == IpProtocol.Ipv4 ? EtherType.Ipv4 : EtherType.Ipv6, report, profile, layer + 1);
                    break;
                }
                var (source, destination) = FlowKey.Ports(original, protocol);
                report.Flow = report.Flow with { Protocol = protocol, SourcePort = source, DestinationPort = destination };
                break;
        }
    }

    private static void ReadStack(ReadOnlySpan<byte> stack, HopLayout layout, DecodedReport report, ReportProfile profile)
    {
        var hopLength = 4 * report.HopWords;
        var offset = report.StackOffset;
        var count = 0;
        if (hopLength > 0)
        {
            if (layout.Words > report.HopWords || (profile.Strict && layout.Words != report.HopWords && report.DomainId == 0))
            {
                report.Fail(ReportError.HopLength, offset, layout.Words, report.HopWords);
                return;
            }
            count = Math.Min(stack.Length / hopLength, DecodedReport.MaxHops);
            if (layout.Instructions == IntInstructions.Default && report.HopWords == 8 && layout.HasWideTimestamps)
            {
                HopMetadata.ReadDefaultStack(stack, offset, report.HopBuffer.AsSpan(0, count));
            }
            else
            {
                for (var i = 0; i < count; i++)
                    HopMetadata.Read(stack.Slice(i * hopLength, hopLength), layout, offset + (i * hopLength), ref report.HopBuffer[i]);
            }
        }
        report.HopCount = count;
        report.SourceDataOffset = offset + (count * hopLength);
        report.SourceDataLength = stack.Length - (count * hopLength);
        if (report.SourceDataLength > 0 && (report.IntVersion != IntVersion.V20 || (profile.Strict && report.DomainId == 0)))
            report.Fail(ReportError.StackRemainder, report.SourceDataOffset, report.HopWords, report.SourceDataLength / 4);
    }

    private static bool ShimIsClean(ReadOnlySpan<byte> shim, IntCarrier carrier, int nextProtocolType) => carrier switch
    {
        IntCarrier.Gre => (shim[0] & 7) == 0,
        IntCarrier.VxlanGpe => (shim[0] & 0xF) == 0 && (shim[2] & 0x7F) == 0,
        _ => (shim[0] & 3) == 0 && nextProtocolType switch
        {
            0 => shim[2] == 0 && (shim[3] & 3) == 0,
            1 => true,
            _ => shim[2] == 0,
        },
    };
}
