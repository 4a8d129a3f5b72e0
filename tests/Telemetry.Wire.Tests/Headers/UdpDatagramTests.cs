using Telemetry.Wire.Headers;
using Telemetry.Wire.Reports;

namespace Telemetry.Wire.Tests.Headers;

public class UdpDatagramTests
{
    [Fact]
    public void TryReadFrame_Cut_PayloadIsWhatIsThereAndTheRestIsMissing()
    {
        byte[] frame = new byte[ReportFrame.HeaderLength + 10];
        ReportFrame.WriteHeaders(frame, 2, 1, 0x0A000001, 0x0A000002, 7, 32766, 10);
        Assert.True(UdpDatagram.TryReadFrame(frame, out UdpDatagram whole));
        Assert.Equal(((UInt128)0x0A000001, (ushort)32766, 10, 0), (whole.Source, whole.DestinationPort, whole.Payload.Length, whole.Missing));
        for (int length = 0; length < frame.Length; length++)
        {
            bool read = UdpDatagram.TryReadFrame(frame.AsSpan(0, length), out UdpDatagram cut);
            Assert.Equal(length >= ReportFrame.HeaderLength, read);
            Assert.Equal(read ? frame.Length - length : 0, cut.Missing);
        }
    }

    [Fact]
    public void TryReadPacket_Ipv6_SourceIsWhole()
    {
        byte[] packet = new byte[Ipv6Header.Size + UdpHeader.Size + 4];
        UInt128 source = new(0xFD00_0000_0000_0000, 1);
        Ipv6Header.Write(packet, 0, 0, (ushort)(packet.Length - Ipv6Header.Size), IpProtocol.Udp, 64, source, new UInt128(0xFD00_0000_0000_0000, 2));
        UdpHeader.Write(packet.AsSpan(Ipv6Header.Size), 1, 2, UdpHeader.Size + 4, 0);
        Assert.True(UdpDatagram.TryReadPacket(EtherType.Ipv6, packet, out UdpDatagram datagram));
        Assert.Equal((source, (ushort)2, 4), (datagram.Source, datagram.DestinationPort, datagram.Payload.Length));
        Assert.False(UdpDatagram.TryReadPacket(EtherType.Ipv4, packet, out _));
    }
}
