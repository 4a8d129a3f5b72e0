using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;

namespace Telemetry.Wire.Reports;

/// <summary>Reads what an individual report embeds: flow, IP values, and INT where the packet carries it.</summary>
internal static class InnerPacket
{
    public static void Read(ReadOnlySpan<byte> inner, DecodedReport report, ReportProfile profile)
    {
        switch (report.InnerType)
        {
            case InnerType.None or InnerType.DomainSpecific:
                return;
            case InnerType.Tlv:
                CheckTlvs(inner, report);
                return;
            case InnerType.Ethernet:
                if (!EthernetHeader.TryRead(inner, out var ethernet) || ethernet.EtherType is not (EtherType.Ipv4 or EtherType.Ipv6))
                {
                    report.Fail(ReportError.InnerEthernet, report.InnerOffset);
                    return;
                }
                ReadIp(inner, ethernet.HeaderLength, ethernet.EtherType == EtherType.Ipv6, report, profile);
                return;
            case InnerType.Ipv4 or InnerType.Ipv6:
                ReadIp(inner, 0, report.InnerType == InnerType.Ipv6, report, profile);
                return;
            default:
                report.Fail(ReportError.InnerTypeUnsupported, report.InnerOffset);
                return;
        }
    }

    // Type4, R4, Length8 (words behind the first), template16.
    private static void CheckTlvs(ReadOnlySpan<byte> tlvs, DecodedReport report)
    {
        var position = 0;
        while (position < tlvs.Length)
        {
            var length = tlvs.Length - position < 4 ? int.MaxValue : 4 * (1 + tlvs[position + 1]);
            if (length > tlvs.Length - position)
            {
                report.Fail(ReportError.TlvLength, report.InnerOffset + position);
                return;
            }
            position += length;
        }
    }

    private static void ReadIp(ReadOnlySpan<byte> inner, int start, bool isIpv6, DecodedReport report, ReportProfile profile)
    {
        var packet = inner[start..];
        byte protocol;
        int l4;
        bool hasL4;
        UInt128 source, destination;
        if (isIpv6)
        {
            if (!Ipv6Header.TryRead(packet, out var v6))
            {
                report.Fail(ReportError.InnerIp, report.InnerOffset + start);
                return;
            }
            hasL4 = Ipv6Header.TryFindUpper(packet, out protocol, out l4) && l4 <= packet.Length;
            (source, destination) = (v6.Source, v6.Destination);
            (report.IpTotalLength, report.Dscp, report.Ttl) = (Ipv6Header.Size + v6.PayloadLength, v6.Dscp, v6.HopLimit);
        }
        else
        {
            if (!Ipv4Header.TryRead(packet, out var v4))
            {
                report.Fail(ReportError.InnerIp, report.InnerOffset + start);
                return;
            }
            hasL4 = v4.FragmentOffset == 0;
            (protocol, l4) = (v4.Protocol, v4.HeaderLength);
            (source, destination) = (v4.Source, v4.Destination);
            (report.IpTotalLength, report.Dscp, report.Ttl) = (v4.TotalLength, v4.Dscp, v4.Ttl);
            report.IpIdentification = v4.Identification;
        }

        var transport = hasL4 ? packet[l4..] : default;
        var (sourcePort, destinationPort) = FlowKey.Ports(transport, protocol);
        report.Flow = new FlowKey(source, destination, sourcePort, destinationPort, protocol, isIpv6);
        report.HasFlow = true;
        if (!hasL4)
            return;

        var offset = report.InnerOffset + start + l4;
        var marked = report.Dscp == profile.IntDscp
            || (profile.IntUdpPort != 0 && protocol == IpProtocol.Udp && destinationPort == profile.IntUdpPort);
        // A tracked flow with nothing else in the report can only mean an embedded stack; one without room for it carries none.
        var tracked = report.Type == ReportType.InnerOnly && (report.Flags & ReportFlags.TrackedFlow) != 0;
        if (!marked && !tracked)
            return;
        var l4Length = TransportLength(transport, protocol, profile);
        if (l4Length > 0 && transport.Length > l4Length)
            ReadInt(transport[l4Length..], offset + l4Length, report);
        else if (marked)
            report.Fail(l4Length > 0 ? ReportError.IntTruncated : ReportError.InnerTransport, offset);
    }

    // 0: neither TCP nor UDP, or cut.
    private static int TransportLength(ReadOnlySpan<byte> transport, byte protocol, ReportProfile profile)
    {
        if (protocol == IpProtocol.Udp)
            return transport.Length < UdpHeader.Size ? 0 : UdpHeader.Size;
        if (protocol != IpProtocol.Tcp || !TcpHeader.TryRead(transport, out var tcp))
            return 0;
        if (!profile.IntAfterTcpOptions)
            return TcpHeader.Size;
        return tcp.HeaderLength >= TcpHeader.Size && tcp.HeaderLength <= transport.Length ? tcp.HeaderLength : 0;
    }

    private static void ReadInt(ReadOnlySpan<byte> bytes, int offset, DecodedReport report)
    {
        if (!IntShim.TryRead(bytes, out var shim))
        {
            report.Fail(ReportError.IntTruncated, offset);
            return;
        }
        if (shim.Type is not (IntType.Metadata or IntType.Instructions) || shim.NextProtocolType == 3)
        {
            report.Fail(ReportError.IntTypeUnsupported, offset);
            return;
        }
        if (shim.LengthWords < IntMdHeader.Words)
        {
            report.Fail(ReportError.IntLength, offset + 1);
            return;
        }
        var body = bytes[IntShim.Size..];
        if (body.Length < IntMdHeader.Size)
        {
            report.Fail(ReportError.IntTruncated, offset + IntShim.Size);
            return;
        }
        report.IntType = shim.Type;
        if (shim.Type == IntType.Metadata ? !ReadMd(body, report) : !ReadMx(body, report))
        {
            report.Fail(ReportError.IntVersion, offset + IntShim.Size);
            return;
        }
        report.HasInt = true;
        report.IntLength = shim.TotalLength;
        RestoreFlow(shim, bytes, report);
        var stackLength = 4 * (shim.LengthWords - IntMdHeader.Words);
        var stackOffset = offset + IntShim.Size + IntMdHeader.Size;
        if (body.Length < IntMdHeader.Size + stackLength)
            report.Fail(ReportError.StackTruncated, stackOffset);
        else if (shim.Type == IntType.Metadata)
            ReadStack(body.Slice(IntMdHeader.Size, stackLength), stackOffset, report);
    }

    private static bool ReadMd(ReadOnlySpan<byte> body, DecodedReport report)
    {
        if (!IntMdHeader.TryRead(body, out var md))
            return false;
        (report.Discard, report.HopsExceeded, report.MtuExceeded) = (md.Discard, md.HopsExceeded, md.MtuExceeded);
        (report.HopWords, report.RemainingHops, report.Instructions) = (md.HopWords, md.RemainingHops, md.Instructions);
        (report.DomainId, report.DomainInstructions, report.DomainFlags) = (md.DomainId, md.DomainInstructions, md.DomainFlags);
        return true;
    }

    private static bool ReadMx(ReadOnlySpan<byte> body, DecodedReport report)
    {
        if (!IntMxHeader.TryRead(body, out var mx))
            return false;
        (report.Discard, report.Instructions) = (mx.Discard, mx.Instructions);
        (report.DomainId, report.DomainInstructions, report.DomainFlags) = (mx.DomainId, mx.DomainInstructions, mx.DomainFlags);
        return true;
    }

    private static void RestoreFlow(IntShim shim, ReadOnlySpan<byte> bytes, DecodedReport report)
    {
        switch (shim.NextProtocolType)
        {
            case 0:
                report.Dscp = shim.OriginalDscp;
                break;
            case 1:
                report.Flow = report.Flow with { DestinationPort = shim.OriginalPort };
                break;
            default:
                var original = shim.TotalLength <= bytes.Length ? bytes[shim.TotalLength..] : default;
                var (source, destination) = FlowKey.Ports(original, shim.NextProtocol);
                report.Flow = report.Flow with { Protocol = shim.NextProtocol, SourcePort = source, DestinationPort = destination };
                break;
        }
    }

    private static void ReadStack(ReadOnlySpan<byte> stack, int offset, DecodedReport report)
    {
        var hopLength = 4 * report.HopWords;
        var instructions = report.Instructions;
        var count = 0;
        if (hopLength > 0)
        {
            if (instructions.Words() > report.HopWords)
            {
                report.Fail(ReportError.HopLength, offset);
                return;
            }
            count = stack.Length / hopLength;
            for (var i = 0; i < count; i++)
                HopMetadata.Read(stack.Slice(i * hopLength, hopLength), instructions, offset + (i * hopLength), ref report.HopBuffer[i]);
        }
        report.HopCount = count;
        report.SourceDataOffset = offset + (count * hopLength);
        report.SourceDataLength = stack.Length - (count * hopLength);
    }
}
