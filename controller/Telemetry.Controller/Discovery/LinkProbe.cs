using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Telemetry.Controller.Planning;

namespace Telemetry.Controller.Discovery;

/// <summary>
/// An LLDP frame (IEEE 802.1AB) that tells who sent it, signed with the run's key so that LLDP of others, or of a
/// former run, is not taken for it. Its organisation's TLV holds node id (4 bytes), port (2) and signature (16).
/// </summary>
internal static class LinkProbe
{
    public const ushort EtherType = 0x88CC;
    private const int SignedBytes = 6;
    private const int SignatureBytes = 16;
    private const int OwnTlvBytes = 4 + SignedBytes + SignatureBytes;
    private static readonly byte[] NearestBridge = [0x01, 0x80, 0xC2, 0x00, 0x00, 0x0E];

    /// <summary>Locally administered organisation and our subtype.</summary>
    private static readonly byte[] Organisation = [0x02, 0x54, 0x4D, 0x01];

    public static byte[] Write(byte[] key, string switchName, int nodeId, int port)
    {
        byte[] chassis = [7, .. Encoding.UTF8.GetBytes(switchName)];
        byte[] portName = [7, .. Encoding.UTF8.GetBytes($"{switchName}-p{port}")];
        byte[] own = new byte[OwnTlvBytes];
        Organisation.CopyTo(own, 0);
        Span<byte> body = own.AsSpan(Organisation.Length);
        BinaryPrimitives.WriteInt32BigEndian(body, nodeId);
        BinaryPrimitives.WriteUInt16BigEndian(body[4..], (ushort)port);
        Sign(key, body[..SignedBytes], body[SignedBytes..]);
        return
        [
            .. NearestBridge,
            .. Convert.FromHexString(PortMac.Of(nodeId, port).Replace(":", "", StringComparison.Ordinal)),
            EtherType >> 8, EtherType & 0xFF,
            .. Tlv(1, chassis),
            .. Tlv(2, portName),
            .. Tlv(3, [0, 1]),
            .. Tlv(127, own),
            0, 0,
        ];
    }

    public static bool IsLldp(ReadOnlySpan<byte> frame) =>
        frame.Length >= 14 && BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == EtherType;

    /// <summary>True if the frame is a probe that this key signed; never throws.</summary>
    public static bool TryRead(byte[] key, ReadOnlySpan<byte> frame, out int nodeId, out int port)
    {
        nodeId = port = 0;
        if (!IsLldp(frame))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = frame[14..];
        while (rest.Length >= 2)
        {
            int head = BinaryPrimitives.ReadUInt16BigEndian(rest);
            int type = head >> 9;
            int length = head & 0x1FF;
            if (type == 0 || rest.Length < 2 + length)
            {
                return false;
            }

            ReadOnlySpan<byte> value = rest.Slice(2, length);
            if (type == 127 && length == OwnTlvBytes && value.StartsWith(Organisation))
            {
                return TryReadOwn(key, value[Organisation.Length..], out nodeId, out port);
            }

            rest = rest[(2 + length)..];
        }

        return false;
    }

    private static bool TryReadOwn(byte[] key, ReadOnlySpan<byte> body, out int nodeId, out int port)
    {
        Span<byte> signature = stackalloc byte[SignatureBytes];
        Sign(key, body[..SignedBytes], signature);
        nodeId = BinaryPrimitives.ReadInt32BigEndian(body);
        port = BinaryPrimitives.ReadUInt16BigEndian(body[4..]);
        return CryptographicOperations.FixedTimeEquals(signature, body[SignedBytes..]);
    }

    private static void Sign(byte[] key, ReadOnlySpan<byte> body, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, body, hash);
        hash[..SignatureBytes].CopyTo(signature);
    }

    private static byte[] Tlv(int type, byte[] value) =>
        [(byte)((type << 1) | (value.Length >> 8)), (byte)value.Length, .. value];
}
