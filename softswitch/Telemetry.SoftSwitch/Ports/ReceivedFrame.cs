using System.Buffers.Binary;

namespace Telemetry.SoftSwitch.Ports;

/// <summary>Undoes what a Linux interface leaves to hardware: checksums not computed yet, VLAN tags taken off.</summary>
internal static class ReceivedFrame
{
    private const int EthernetSize = 14;
    private const int Ipv6Size = 40;

    /// <summary>
    /// Computes the TCP or UDP checksum of an Ethernet frame with IPv4 or IPv6, in place; other frames stay. veth hands
    /// frames of its own machine over with only the pseudo header summed up.
    /// </summary>
    /// <returns>True when a checksum was written.</returns>
    public static bool CompleteChecksum(Span<byte> frame)
    {
        if (frame.Length < EthernetSize)
        {
            return false;
        }

        int at = EthernetSize;
        int etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        while (etherType is 0x8100 or 0x88A8 && frame.Length >= at + 4)
        {
            etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]);
            at += 4;
        }

        Span<byte> packet = frame[at..];
        if (etherType == 0x0800 && packet.Length >= 20)
        {
            int header = (packet[0] & 0xF) * 4;
            int total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
            bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) != 0;
            return !isFragment && header >= 20 && total >= header && total <= packet.Length
                && Complete(packet[header..total], packet[9], packet[12..20]);
        }

        if (etherType == 0x86DD && packet.Length >= Ipv6Size)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
            return Ipv6Size + length <= packet.Length && Complete(packet.Slice(Ipv6Size, length), packet[6], packet[8..40]);
        }

        return false;
    }

    /// <summary>Puts a VLAN tag back behind the addresses; the frame lies in the buffer with four bytes of room behind it.</summary>
    /// <returns>The frame's new length.</returns>
    public static int InsertVlan(Span<byte> buffer, int length, ushort tagType, ushort tag)
    {
        if (length < 12)
        {
            return length;
        }

        buffer[12..length].CopyTo(buffer[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[12..], tagType == 0 ? (ushort)0x8100 : tagType);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[14..], tag);
        return length + 4;
    }

    private static bool Complete(Span<byte> segment, byte protocol, ReadOnlySpan<byte> addresses)
    {
        int field = protocol switch { 6 => 16, 17 => 6, _ => -1 };
        if (field < 0 || segment.Length < (protocol == 6 ? 20 : 8))
        {
            return false;
        }

        segment.Slice(field, 2).Clear();
        ulong sum = Sum(addresses) + Sum(segment) + protocol + (ulong)segment.Length;
        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        ushort checksum = (ushort)~sum;
        BinaryPrimitives.WriteUInt16BigEndian(segment[field..], checksum == 0 && protocol == 17 ? (ushort)0xFFFF : checksum);
        return true;
    }

    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        while (bytes.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }

        return bytes.Length == 1 ? sum + ((ulong)bytes[0] << 8) : sum;
    }
}
