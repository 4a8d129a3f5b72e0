using System.Net;
using System.Net.Sockets;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Sources;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Hosting;

public sealed partial class NodeHost
{
    private const int SolSocket = 1;
    private const int SoReusePort = 15;
    private const int DatagramsAtOnce = 256;
    private const long TickNs = 20_000_000;

    // While datagrams keep waiting, windows wait with them, but not for ever.
    private const long LongestWithoutTickNs = 1_000_000_000;

    private long _lastTickNs;

    /// <summary>Datagrams received and handed to the node.</summary>
    public long Received => _shards.Sum(shard => shard.Ring.Passed);

    private static List<Socket> Bind(NodeHostOptions options)
    {
        IPEndPoint listen = EndPoints.Parse(options.Listen);
        List<Socket> sockets = [];
        try
        {
            for (int shard = 0; shard < options.ReceiveShards; shard++)
            {
                Socket socket = new(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                sockets.Add(socket);
                ReceiveBuffer.Ask(socket, options.SocketBufferBytes);
                if (options.ReceiveShards > 1)
                {
                    socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
                }

                socket.Bind(listen);
                listen = (IPEndPoint)socket.LocalEndPoint!;
            }

            return sockets;
        }
        catch (SocketException fault)
        {
            sockets.ForEach(socket => socket.Dispose());
            throw new HostFaultException($"cannot receive reports on {options.Listen}: {fault.Message}", fault);
        }
    }

    /// <summary>Decodes what arrives. A tick comes only when nothing waits: what waited in this machine is in its window whatever the delay.</summary>
    private void Decode(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _arrived.Reset();
            bool more;
            lock (_engineLock)
            {
                more = TakeWaiting(DatagramsAtOnce);
                long nowNs = RunClock.NowNs(_time);
                if (nowNs - _lastTickNs >= (more ? LongestWithoutTickNs : TickNs) || nowNs < _lastTickNs)
                {
                    _lastTickNs = nowNs;
                    long dropped = _kernelDrops.Newest;
                    _engine.OnDropped(dropped - _toldDropped);
                    _toldDropped = dropped;
                    _engine.Tick();
                }
            }

            if (_shards.Find(shard => shard.Fault is not null) is { Fault: { } fault })
            {
                throw fault;
            }

            if (!more)
            {
                _arrived.Wait((int)(TickNs / 1_000_000), CancellationToken.None);
            }
        }
    }

    // True while datagrams wait. The caller holds the engine's lock.
    private bool TakeWaiting(int most)
    {
        long nowNs = RunClock.NowNs(_time);
        bool more = false;
        foreach (UdpShard shard in _shards)
        {
            DatagramRing ring = shard.Ring;
            for (int i = 0; i < most && ring.TryPeek(out ReadOnlySpan<byte> datagram, out int length, out UInt128 sender); i++)
            {
                if (length >= 0)
                {
                    _engine.OnDatagram(datagram, new DatagramOrigin(sender, nowNs));
                }
                else
                {
                    _engine.OnDropped(1);
                }

                ring.Release();
            }

            more |= ring.Waiting > 0;
        }

        return more;
    }
}
