using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Entities;

/// <summary>A flow's 5-tuple as a key; ordered by source, destination, protocol, ports. An IPv6 address is 32 bits of its digest here.</summary>
/// <param name="SrcAddress">IPv4 source, or digest.</param>
/// <param name="DstAddress">IPv4 destination, or digest.</param>
/// <param name="Protocol">IP protocol.</param>
/// <param name="SrcPort">Source port; 0 where the protocol has none.</param>
/// <param name="DstPort">Destination port; 0 where the protocol has none.</param>
public readonly record struct FlowId(uint SrcAddress, uint DstAddress, byte Protocol, ushort SrcPort, ushort DstPort)
    : IComparable<FlowId>
{
    /// <summary>The flow of a window; a window without a key gives zeros.</summary>
    public static FlowId Of(FlowWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        return window.Key is not { } key
            ? default
            : new FlowId(key.SrcAddress, key.DstAddress, (byte)key.Protocol, (ushort)key.SrcPort, (ushort)key.DstPort);
    }

    /// <summary>The key of a five-tuple as it is on the wire.</summary>
    public static FlowId Of(in Wire.Flows.FlowKey tuple) => new(
        Address(tuple.Source, tuple.IsIpv6), Address(tuple.Destination, tuple.IsIpv6), tuple.Protocol, tuple.SourcePort, tuple.DestinationPort);

    /// <summary>An IPv4 address as it is; of an IPv6 address 32 bits of its digest, the same in every process.</summary>
    public static uint Address(UInt128 address, bool isIpv6)
    {
        if (!isIpv6)
        {
            return (uint)address;
        }

        ulong mixed = ((ulong)(address >> 64) * 0x9E3779B97F4A7C15UL) ^ ((ulong)address * 0xC2B2AE3D27D4EB4FUL);
        return (uint)((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9UL >> 32);
    }

    /// <summary>The key as the contract carries it.</summary>
    public FlowKey ToKey() => new()
    {
        SrcAddress = SrcAddress,
        DstAddress = DstAddress,
        Protocol = Protocol,
        SrcPort = SrcPort,
        DstPort = DstPort,
    };

    /// <inheritdoc/>
    public int CompareTo(FlowId other)
    {
        int order = SrcAddress.CompareTo(other.SrcAddress);
        order = order != 0 ? order : DstAddress.CompareTo(other.DstAddress);
        order = order != 0 ? order : Protocol.CompareTo(other.Protocol);
        order = order != 0 ? order : SrcPort.CompareTo(other.SrcPort);
        return order != 0 ? order : DstPort.CompareTo(other.DstPort);
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Two multiplications instead of HashCode's five rounds: this runs once a report.
        ulong addresses = ((ulong)SrcAddress << 32 | DstAddress) * 0x9E3779B97F4A7C15UL;
        ulong rest = ((ulong)SrcPort << 24 | (ulong)DstPort << 8 | Protocol) * 0xC2B2AE3D27D4EB4FUL;
        return (int)((addresses ^ rest) >> 32);
    }

    public static bool operator <(FlowId left, FlowId right) => left.CompareTo(right) < 0;

    public static bool operator >(FlowId left, FlowId right) => left.CompareTo(right) > 0;

    public static bool operator <=(FlowId left, FlowId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(FlowId left, FlowId right) => left.CompareTo(right) >= 0;
}
