using System.Net;
using System.Net.Sockets;
using Telemetry.Collector.Sources;

namespace Telemetry.Collector.Tests.Sources;

public class UdpBatchTests
{
    [Fact]
    public void Receive_MoreThanABatch_AllInOrderWithTheirSenderAndTheLongOneMarked()
    {
        const int Count = 150;
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using UdpBatch batch = Bound(out EndPoint to);
        for (int i = 0; i < Count; i++)
        {
            sender.SendTo(BitConverter.GetBytes(i), to);
        }

        sender.SendTo(new byte[100], to); // does not fit
        int read = 0;
        bool longSeen = false;
        while (!longSeen)
        {
            int count = batch.Receive(wait: true);
            Assert.InRange(count, 0, batch.Capacity);
            for (int i = 0; i < count; i++)
            {
                longSeen = !batch.TryGet(i, out ReadOnlySpan<byte> datagram, out UInt128 from);
                if (!longSeen)
                {
                    Assert.Equal((read++, (UInt128)0x7F000001), (BitConverter.ToInt32(datagram), from));
                }
            }
        }

        Assert.Equal(Count, read);
    }

    [Fact]
    public void Receive_NothingThereAndNotToWait_ReturnsZero()
    {
        using UdpBatch batch = Bound(out _);
        Assert.Equal(0, batch.Receive(wait: false));
    }

    private static UdpBatch Bound(out EndPoint to)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        to = socket.LocalEndPoint!;
        return new UdpBatch(socket, 32, 1000);
    }
}
