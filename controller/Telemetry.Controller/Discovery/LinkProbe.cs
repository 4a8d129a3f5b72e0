using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Lldp;

namespace Telemetry.Controller.Discovery;

/// <summary>
/// LLDP frames that tell which switch port sent them. Their cookie signs that with the run's key, so that LLDP of
/// others, or of a former run, is not taken for a probe.
/// </summary>
internal static class LinkProbe
{
    private const ushort TtlSeconds = 1;

    public static byte[] Write(byte[] key, LinkEnd from, ulong sourceMac)
    {
        byte[] frame = new byte[LldpFrame.MaxSize];
        LldpFrame probe = new(from.Device, (uint)from.Port, TtlSeconds, Cookie(key, from));
        return frame[..probe.Write(frame, sourceMac)];
    }

    /// <summary>The port that sent a frame; null if it is no probe that this key signed. Never throws.</summary>
    public static LinkEnd? Read(byte[] key, ReadOnlySpan<byte> frame)
    {
        if (!LldpFrame.TryRead(frame, out LldpFrame? probe) || probe.Port > TopologyFile.MaximumPort)
        {
            return null;
        }

        LinkEnd from = new(probe.Chassis, (int)probe.Port);
        return probe.Cookie == Cookie(key, from) ? from : null;
    }

    private static ulong Cookie(byte[] key, LinkEnd from)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{from.Device}-p{from.Port}"), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
