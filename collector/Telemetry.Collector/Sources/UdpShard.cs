using System.Net.Sockets;

namespace Telemetry.Collector.Sources;

/// <summary>One socket with a thread that moves its datagrams into a ring.</summary>
internal sealed class UdpShard : IDisposable
{
    private const int FullWaitMs = 1;

    private readonly UdpReceiver _receiver;
    private readonly Action _arrived;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <summary>Starts to receive.</summary>
    /// <param name="socket">Bound; closed with the shard.</param>
    /// <param name="ring">Takes what arrives.</param>
    /// <param name="arrived">Told after each batch, on the receiving thread.</param>
    public UdpShard(Socket socket, DatagramRing ring, Action arrived)
    {
        _receiver = new UdpReceiver(socket);
        Ring = ring;
        _arrived = arrived;
        _thread = new Thread(Run) { IsBackground = true, Name = Hosting.NodeHost.ReceivingThread };
        _thread.Start();
    }

    public DatagramRing Ring { get; }

    /// <summary>Why receiving ended; null while it goes on or was stopped.</summary>
    public SocketException? Fault { get; private set; }

    /// <summary>Stops the thread and closes the socket.</summary>
    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _receiver.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                ReadOnlySpan<byte[]> free = Ring.Free(UdpReceiver.MostAtOnce, out Span<int> lengths, out Span<UInt128> senders);
                if (free.IsEmpty)
                {
                    Thread.Sleep(FullWaitMs);
                    continue;
                }

                int count = _receiver.Receive(free, lengths, senders);
                if (count > 0)
                {
                    Ring.Filled(count);
                    _arrived();
                }
            }
        }
        catch (SocketException fault)
        {
            Fault = fault;
            _arrived();
        }
    }
}
