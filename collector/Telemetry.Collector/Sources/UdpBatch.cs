using System.Net.Sockets;

namespace Telemetry.Collector.Sources;

/// <summary>
/// Datagrams of one socket, received in batches by the thread that decodes them: no queue, no wake-up and no change of threads between the system's buffer and the
/// decoder (benchmark udp-live). Needs a socket whose buffer holds what arrives while a batch is decoded. One thread.
/// </summary>
internal sealed class UdpBatch : IDisposable
{
    private readonly UdpReceiver _receiver;
    private readonly byte[][] _buffers = new byte[UdpReceiver.MostAtOnce][];
    private readonly int[] _lengths = new int[UdpReceiver.MostAtOnce];
    private readonly UInt128[] _senders = new UInt128[UdpReceiver.MostAtOnce];

    /// <summary>Takes over a bound socket.</summary>
    /// <param name="socket">Closed with the batch.</param>
    /// <param name="datagramBytes">Longest datagram.</param>
    /// <param name="waitMs">Longest time to wait for a datagram.</param>
    public UdpBatch(Socket socket, int datagramBytes, int waitMs)
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            _buffers[i] = GC.AllocateUninitializedArray<byte>(datagramBytes, pinned: true);
        }

        _receiver = new UdpReceiver(socket, waitMs);
    }

    /// <summary>Datagrams that one batch holds at most.</summary>
    public int Capacity => _buffers.Length;

    /// <summary>Takes what is there; waits for one if told so.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="SocketException">The socket was closed or failed.</exception>
    public int Receive(bool wait) => _receiver.Receive(_buffers, _lengths, _senders, wait);

    /// <summary>One of those received; false for one that did not fit its buffer.</summary>
    public bool TryGet(int index, out ReadOnlySpan<byte> datagram, out UInt128 sender)
    {
        int length = _lengths[index];
        sender = _senders[index];
        datagram = _buffers[index].AsSpan(0, Math.Max(0, length));
        return length >= 0;
    }

    /// <summary>Leaves datagrams to the system's buffer for a moment, where it can.</summary>
    public static void Gather(uint microseconds)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = UdpNative.Sleep(microseconds);
        }
    }

    public void Dispose() => _receiver.Dispose();
}
