using System.Net.Sockets;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Hosting;

public class ReceiveBufferTests
{
    [LinuxFact]
    public void Ask_MoreThanTheSystemsLimit_IsGrantedToThePrivileged()
    {
        const int Bytes = 16 << 20;
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        ReceiveBuffer.Ask(socket, Bytes);
        int limit = int.Parse(File.ReadAllText("/proc/sys/net/core/rmem_max"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(socket.ReceiveBufferSize, Environment.IsPrivilegedProcess ? Bytes : Math.Min(limit, Bytes), int.MaxValue);
    }
}
