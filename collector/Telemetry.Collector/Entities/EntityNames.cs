using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Entities;

/// <summary>Names of what is measured, as alerts, events and exports use them.</summary>
public static class EntityNames
{
    /// <summary>A switch port: <c>s1-p3</c>.</summary>
    public static string Port(string device, long port) => string.Create(null, $"{device}-p{port}");

    /// <summary>A link whatever its direction, its ends in ordinal order: <c>s1-s2</c>.</summary>
    public static string Link(string a, string b) => string.CompareOrdinal(a, b) <= 0 ? $"{a}-{b}" : $"{b}-{a}";

    /// <summary>A flow: <c>h1&gt;h4</c>.</summary>
    public static string Flow(string src, string dst) => $"{src}>{dst}";

    /// <summary>An IPv4 address in text.</summary>
    public static string Address(uint address) =>
        string.Create(null, $"{address >> 24}.{(address >> 16) & 0xFF}.{(address >> 8) & 0xFF}.{address & 0xFF}");

    /// <summary>An address of a flow's key in text: IPv6 in brackets where it is there, else IPv4.</summary>
    public static string Address(uint address, Google.Protobuf.ByteString v6)
    {
        ArgumentNullException.ThrowIfNull(v6);
        return v6.Length == 16 ? $"[{new System.Net.IPAddress(v6.Span)}]" : Address(address);
    }

    /// <summary>A flow's key in text: <c>10.0.1.1:4000 &gt; 10.0.2.2:80/6</c>.</summary>
    public static string FiveTuple(FlowKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{Address(key.SrcAddress, key.SrcAddressV6)}:{key.SrcPort} > {Address(key.DstAddress, key.DstAddressV6)}:{key.DstPort}/{key.Protocol}";
    }
}
