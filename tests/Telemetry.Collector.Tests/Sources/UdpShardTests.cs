using System.Net;
using System.Net.Sockets;
using Telemetry.Collector.Sources;

namespace Telemetry.Collector.Tests.Sources;

public class UdpShardTests
{
    [Fact]
    public void DatagramRing_Full_OffersNothingUntilOneIsRead()
    {
        DatagramRing ring = new(2, 16);
        ReadOnlySpan<byte[]> free = ring.Free(8, out Span<int> lengths, out Span<UInt128> senders);
        Assert.Equal(2, free.Length);
        (free[0][0], free[1][0], lengths[0], lengths[1], senders[1]) = (1, 2, 1, 1, 7);
        ring.Filled(2);
        Assert.True(ring.Free(8, out _, out _).IsEmpty);
        Assert.True(ring.TryPeek(out ReadOnlySpan<byte> datagram, out _, out _));
        Assert.Equal(1, Assert.Single(datagram.ToArray()));
        ring.Release();
        free = ring.Free(8, out lengths, out _);
        Assert.Equal(1, free.Length);
        (free[0][0], lengths[0]) = (3, -1);
        ring.Filled(1);
        Assert.True(ring.TryPeek(out datagram, out _, out UInt128 sender) && datagram[0] == 2 && sender == 7);
        ring.Release();
        Assert.True(ring.TryPeek(out datagram, out int length, out _) && datagram.IsEmpty && length == -1);
        ring.Release();
        Assert.False(ring.TryPeek(out _, out _, out _));
        Assert.Equal(3, ring.Passed);
    }

    [Theory, InlineData("127.0.0.1", 0x7F000001u), InlineData("::1", 1u)]
    public void Run_ManyDatagrams_AllInOrderWithTheirSender(string address, uint expected)
    {
        if (address == "::1" && !Socket.OSSupportsIPv6)
        {
            return; // no IPv6 on this machine
        }

        const int Count = 1000;
        using Socket bound = new(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        bound.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        EndPoint to = bound.LocalEndPoint!;
        DatagramRing ring = new(64, 32);
        using AutoResetEvent arrived = new(false);
        using UdpShard shard = new(bound, ring, () => arrived.Set());
        using Socket sender = new(bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        int read = 0;
        for (int i = 0; i < Count; i++)
        {
            sender.SendTo(BitConverter.GetBytes(i), to);
            while (i - read > 100)
            {
                Take();
            }
        }

        sender.SendTo(new byte[100], to); // does not fit
        while (read < Count)
        {
            Take();
        }

        while (!ring.TryPeek(out _, out _, out _))
        {
            Assert.True(arrived.WaitOne(TimeSpan.FromSeconds(60)));
        }

        Assert.True(ring.TryPeek(out _, out int length, out _));
        Assert.Equal(-1, length);

        void Take()
        {
            while (read < Count && ring.TryPeek(out ReadOnlySpan<byte> datagram, out _, out UInt128 from))
            {
                Assert.Equal((read++, (UInt128)expected), (BitConverter.ToInt32(datagram), from));
                ring.Release();
            }

            if (read < Count)
            {
                arrived.WaitOne(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
