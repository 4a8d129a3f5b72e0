using System.Net;
using System.Net.Sockets;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Sources;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Hosting;

public sealed partial class NodeHost
{
    /// <summary>Name of the threads that take reports, as the system shows it.</summary>
    public const string ReceivingThread = "reports";

    private const int SolSocket = 1;
    private const int SoReusePort = 15;
    private const int DatagramsAtOnce = 256;
    private const long TickNs = 20_000_000;

    // While datagrams keep waiting, windows wait with them, but not for ever.
    private const long LongestWithoutTickNs = 1_000_000_000;

    // A socket of such a buffer holds what comes while a window is closed: the thread that reads it may decode as well.
    private const int DirectBufferBytes = 4 << 20;

    // Where batches follow each other this fast, datagrams may gather for a moment: each time that a reader waits for one, whoever sends it has to wake it, and both lose
    // time (benchmark udp-live).
    private const long FastNs = 200_000;
    private const uint GatherUs = 50;

    private UdpBatch? _batch;
    private long _lastBatchNs;
    private long _lastTickNs;
    private long _direct;

    /// <summary>Datagrams received and handed to the node.</summary>
    public long Received
    {
        get
        {
            long received = Volatile.Read(ref _direct);
            foreach (UdpShard shard in _shards)
            {
                received += shard.Ring.Passed;
            }

            return received;
        }
    }

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

    /// <summary>Packets that the system dropped before this node could take them.</summary>
    private long KernelDropped => _kernelDrops?.Newest ?? Volatile.Read(ref _captureDrops);

    /// <summary>Takes reports from wherever they come until told to stop, or until a file ends.</summary>
    private void Take(CancellationToken stop)
    {
        Thread.CurrentThread.Name = ReceivingThread; // its own: see Run
        if (_options.Replay is { } replay)
        {
            Replay(replay, _capture!, _captureClock!, stop);
        }
        else if (_options.Capture is { } capture)
        {
            Capture(capture, _capture!, _captureClock!, stop);
        }
        else
        {
            Decode(stop);
        }
    }

    /// <summary>Starts to receive: one socket with a buffer large enough is read by the thread that decodes, others by a thread each.</summary>
    private void StartReceiving()
    {
        if (_sockets.Count == 0)
        {
            return;
        }

        if (_sockets.Count == 1 && _sockets[0].ReceiveBufferSize >= DirectBufferBytes)
        {
            _batch = new UdpBatch(_sockets[0], MaxDatagramBytes, (int)(TickNs / 1_000_000));
            return;
        }

        foreach (Socket socket in _sockets)
        {
            _shards.Add(new UdpShard(socket, new DatagramRing(Math.Max(16, _options.RingDatagrams / _sockets.Count), MaxDatagramBytes), _arrived.Set));
        }
    }

    /// <summary>Decodes what arrives. A tick comes only when nothing waits: what waited in this machine is in its window whatever the delay.</summary>
    private void Decode(CancellationToken stop)
    {
        if (_batch is { } batch)
        {
            while (!stop.IsCancellationRequested)
            {
                long beforeNs = _lastBatchNs;
                int count = TakeBatch(batch, wait: true);
                if (count > 0 && count < batch.Capacity && _lastBatchNs - beforeNs < FastNs)
                {
                    UdpBatch.Gather(GatherUs);
                }
            }

            return;
        }

        while (!stop.IsCancellationRequested)
        {
            _arrived.Reset();
            bool more;
            lock (_engineLock)
            {
                more = TakeWaiting(DatagramsAtOnce);
                TickIfDue(RunClock.NowNs(_time), more);
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

    // How many were there; fewer than the batch holds means that no more waited.
    private int TakeBatch(UdpBatch batch, bool wait)
    {
        int count = batch.Receive(wait);
        lock (_engineLock)
        {
            long nowNs = RunClock.NowNs(_time);
            for (int i = 0; i < count; i++)
            {
                if (batch.TryGet(i, out ReadOnlySpan<byte> datagram, out UInt128 sender))
                {
                    _engine.OnDatagramOfMany(datagram, new DatagramOrigin(sender, nowNs));
                }
                else
                {
                    _engine.OnDropped(1);
                }
            }

            _engine.EndOfMany();
            Volatile.Write(ref _direct, _direct + count);
            _lastBatchNs = nowNs;
            TickIfDue(nowNs, more: count == batch.Capacity);
        }

        return count;
    }

    // The caller holds the engine's lock.
    private void TickIfDue(long nowNs, bool more)
    {
        if (nowNs - _lastTickNs >= (more ? LongestWithoutTickNs : TickNs) || nowNs < _lastTickNs)
        {
            _lastTickNs = nowNs;
            long dropped = KernelDropped;
            _engine.OnDropped(dropped - _toldDropped);
            _toldDropped = dropped;
            _engine.Tick();
        }
    }

    /// <summary>After receiving ended: what the system still holds, a second's worth at most.</summary>
    private void TakeRest()
    {
        long startedNs = RunClock.NowNs(_time);
        try
        {
            while (_batch is { } batch && TakeBatch(batch, wait: false) > 0 && RunClock.NowNs(_time) - startedNs < LongestWithoutTickNs)
            {
            }
        }
        catch (SocketException)
        {
            return; // said by the task that it ended
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
                    _engine.OnDatagramOfMany(datagram, new DatagramOrigin(sender, nowNs));
                }
                else
                {
                    _engine.OnDropped(1);
                }

                ring.Release();
            }

            more |= ring.Waiting > 0;
        }

        _engine.EndOfMany();
        return more;
    }
}
