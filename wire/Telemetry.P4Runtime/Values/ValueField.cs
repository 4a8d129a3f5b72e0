namespace Telemetry.P4Runtime.Values;

/// <summary>What a value is for: the name that errors give, its width in bits (0 only for <see cref="ValueFormat.Text"/>) and how it is written as text.</summary>
public readonly record struct ValueField(string Name, int Width, ValueFormat Format = ValueFormat.Auto)
{
    /// <summary>The format with <see cref="ValueFormat.Auto"/> resolved by name and width.</summary>
    public ValueFormat ResolvedFormat => Format != ValueFormat.Auto ? Format : Width switch
    {
        48 => ValueFormat.Mac,
        128 => ValueFormat.Ipv6,
        32 when NamesAddress(Name) => ValueFormat.Ipv4,
        <= 16 => ValueFormat.Number,
        32 => ValueFormat.Number,
        _ => ValueFormat.Hex,
    };

    // 32 bits are an address only where the last part of the name says so: dst_addr, srcAddr, ipv4_dst, ip, next_hop_ip.
    private static bool NamesAddress(string name)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return last.Contains("addr", StringComparison.OrdinalIgnoreCase)
            || last.Contains("ipv4", StringComparison.OrdinalIgnoreCase)
            || last.Equals("ip", StringComparison.OrdinalIgnoreCase)
            || last.EndsWith("_ip", StringComparison.OrdinalIgnoreCase)
            || last.StartsWith("ip_", StringComparison.OrdinalIgnoreCase);
    }
}
