using System.Net.Sockets;

namespace Telemetry.Collector.Hosting;

/// <summary>Asks the system for a socket's receive buffer.</summary>
internal static class ReceiveBuffer
{
    private const int SolSocket = 1;
    private const int SoRcvBufForce = 33;

    /// <summary>Asks for a size; Linux grants net.core.rmem_max at most (often 208 KiB), unless a privileged process insists, which this does.</summary>
    public static void Ask(Socket socket, int bytes)
    {
        socket.ReceiveBufferSize = bytes;
        if (!OperatingSystem.IsLinux() || socket.ReceiveBufferSize >= bytes)
        {
            return;
        }

        try
        {
            socket.SetRawSocketOption(SolSocket, SoRcvBufForce, BitConverter.GetBytes(bytes));
        }
        catch (SocketException)
        {
            return; // not privileged: what was granted has to do
        }
    }
}
