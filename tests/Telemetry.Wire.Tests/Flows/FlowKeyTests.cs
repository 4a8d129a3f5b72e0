using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Tests.Flows;

public sealed class FlowKeyTests
{
    [Fact]
    public void ToString_BothFamilies_Readable()
    {
        Assert.Equal("10.0.1.1:5000>10.0.2.2:80/udp", FlowKey.Ipv4(0x0A000101, 0x0A000202, 17, 5000, 80).ToString());
        Assert.Equal("[2001:db8::1]:1>[::2]:2/tcp", new FlowKey(((UInt128)0x20010DB8 << 96) | 1, 2, 1, 2, 6, true).ToString());
        Assert.Equal("10.0.1.1:0>10.0.2.2:0/89", FlowKey.Ipv4(0x0A000101, 0x0A000202, 89).ToString());
    }

    // Fixed for good: stored sketches and shards depend on it.
    [Fact]
    public void StableHash_KnownKey_NeverChanges() =>
        Assert.Equal(12_777_486_115_826_208_124ul, FlowKey.Ipv4(0x0A000101, 0x0A000202, 17, 5000, 80).StableHash);

    [Fact]
    public void StableHash_NeighbouringKeys_NoCollisionAndEvenBits()
    {
        var seen = new HashSet<ulong>();
        var ones = new int[64];
        for (uint host = 0; host < 64; host++)
        {
            for (ushort port = 0; port < 64; port++)
            {
                var hash = FlowKey.Ipv4(0x0A000100 + host, 0x0A000200 + (host ^ 5), 17, port, (ushort)(port * 7)).StableHash;
                Assert.True(seen.Add(hash));
                for (var bit = 0; bit < 64; bit++)
                    ones[bit] += (int)((hash >> bit) & 1);
            }
        }
        Assert.All(ones, count => Assert.InRange(count, 1700, 2400));
    }

    [Fact]
    public void Reversed_Twice_Same()
    {
        var key = FlowKey.Ipv4(1, 2, 6, 3, 4);
        Assert.Equal(FlowKey.Ipv4(2, 1, 6, 4, 3), key.Reversed);
        Assert.Equal(key, key.Reversed.Reversed);
        Assert.NotEqual(key, key with { IsIpv6 = true });
        Assert.NotEqual(key.StableHash, (key with { IsIpv6 = true }).StableHash);
    }

    [Fact]
    public void TryRead_Ipv4Udp_KeyAndFragmentsWithoutPorts()
    {
        var packet = new byte[28];
        Ipv4Header.Write(packet, new Ipv4Fields { Source = 1, Destination = 2, Protocol = 17, TotalLength = 28 });
        UdpHeader.Write(packet.AsSpan(20), 7, 9, 8, 0);
        Assert.True(FlowKey.TryRead(packet, out var key));
        Assert.Equal(FlowKey.Ipv4(1, 2, 17, 7, 9), key);
        Assert.True(FlowKey.TryRead(packet.AsSpan(0, 23), out key));
        Assert.Equal(FlowKey.Ipv4(1, 2, 17), key);
        packet[7] = 1;
        Assert.True(FlowKey.TryRead(packet, out key));
        Assert.Equal(FlowKey.Ipv4(1, 2, 17), key);
        Assert.False(FlowKey.TryRead(packet.AsSpan(0, 19), out _));
    }
}
