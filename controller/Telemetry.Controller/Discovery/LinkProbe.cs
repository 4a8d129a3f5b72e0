using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Lldp;

namespace Telemetry.Controller.Discovery;

/// <summary>
/// LLDP frames that tell which switch port sent them. Their cookie signs that and a number with the run's key, so that
/// LLDP of others, of a former run, or sent again by somebody is not taken for a probe.
/// </summary>
internal static class LinkProbe
{
    private const ushort TtlSeconds = 1;
    private const int HighestPort = 511;

    public static byte[] Write(LinkEnd from, ulong cookie, ulong sourceMac)
    {
        byte[] frame = new byte[LldpFrame.MaxSize];
        LldpFrame probe = new(from.Device, (uint)from.Port, TtlSeconds, cookie);
        return frame[..probe.Write(frame, sourceMac)];
    }

    /// <summary>The port that a frame says it comes from and its cookie; null if it is no probe. Never throws.</summary>
    public static (LinkEnd From, ulong Cookie)? Read(ReadOnlySpan<byte> frame) =>
        LldpFrame.TryRead(frame, out LldpFrame? probe) && probe.Port <= HighestPort
            ? (new LinkEnd(probe.Chassis, (int)probe.Port), probe.Cookie)
            : null;

    /// <summary>The cookie that only who has the key can make for a port and a number.</summary>
    public static ulong Cookie(byte[] key, LinkEnd from, long number)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{from.Device}-p{from.Port} {number}"), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
