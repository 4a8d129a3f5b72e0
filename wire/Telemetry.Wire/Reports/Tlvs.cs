using System.Buffers.Binary;

namespace Telemetry.Wire.Reports;

/// <summary>TLVs as inner contents of a Telemetry Report v2.0: the first packet among them gives the flow, the first extension data is located.</summary>
/// <remarks>Type4, R4, length8 (words behind the first), template16. Types: 0 domain-specific extension, 1 Ethernet, 2 IPv4, 3 IPv6.</remarks>
internal static class Tlvs
{
    private const int HeaderSize = 4;

    public static void Read(ReadOnlySpan<byte> tlvs, DecodedReport report, ReportProfile profile)
    {
        var position = 0;
        while (position < tlvs.Length)
        {
            var rest = tlvs[position..];
            var length = rest.Length < HeaderSize ? HeaderSize : HeaderSize + (4 * rest[1]);
            if (length > rest.Length)
            {
                report.Fail(ReportError.TlvLength, report.InnerOffset + position, length / 4, rest.Length / 4);
                return;
            }
            var data = rest[HeaderSize..length];
            var offset = report.InnerOffset + position + HeaderSize;
            report.TlvCount++;
            switch (rest[0] >> 4)
            {
                case 0 when report.ExtensionLength == 0:
                    (report.ExtensionOffset, report.ExtensionLength) = (offset, data.Length);
                    report.ExtensionTemplate = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
                    break;
                case 1 or 2 or 3 when !report.HasFlow:
                    InnerPacket.ReadPacket(data, offset, (InnerType)((rest[0] >> 4) + 2), report, profile);
                    break;
                case > 3 when profile.Strict:
                    report.Fail(ReportError.ReservedValue, report.InnerOffset + position, 3, rest[0] >> 4);
                    return;
                default:
                    break;
            }
            if (report.Error != ReportError.None)
                return;
            position += length;
        }
    }
}
