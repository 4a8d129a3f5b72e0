using System.Net;

namespace Telemetry.Lab.Traffic;

/// <summary>What identifies one direction of a conversation.</summary>
/// <param name="Source">IPv4 address, host order.</param>
/// <param name="Destination">IPv4 address, host order.</param>
/// <param name="Protocol">6 TCP, 17 UDP.</param>
/// <param name="SourcePort">L4 port.</param>
/// <param name="DestinationPort">L4 port.</param>
public readonly record struct FlowKey(
    uint Source, uint Destination, byte Protocol, ushort SourcePort, ushort DestinationPort)
{
    /// <summary>An address in host order.</summary>
    public static uint ToUInt32(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out int written) && written == 4
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : throw new ArgumentException($"{address} is no IPv4 address", nameof(address));
    }
}
