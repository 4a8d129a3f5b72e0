using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Hosting.Capture;

/// <summary>
/// Records what a switch's ports receive and transmit, a file for each interface and direction with the names that BMv2
/// gives them. Runs on the switch's loop, and writes out every tenth of a second.
/// </summary>
internal sealed class PcapRecorder : ISwitchObserver, ILoopHandler, IDisposable
{
    private const long FlushNs = 100_000_000;
    private readonly EventLoop _loop;
    private readonly long _epochNs;
    private readonly Dictionary<int, PcapWriter> _in = [];
    private readonly Dictionary<int, PcapWriter> _out = [];
    private bool _isDirty;

    /// <exception cref="IOException">A file cannot be made.</exception>
    public PcapRecorder(EventLoop loop, string directory, IReadOnlyDictionary<int, string> interfaces, Action<string> onFault)
    {
        _loop = loop;
        _epochNs = (loop.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        _epochNs -= loop.NowNs;
        foreach ((int port, string name) in interfaces)
        {
            _in[port] = new PcapWriter(Path.Combine(directory, $"{name}_in.pcap"), onFault);
            _out[port] = new PcapWriter(Path.Combine(directory, $"{name}_out.pcap"), onFault);
        }
    }

    public void OnReceive(int port, ReadOnlySpan<byte> frame, long nowNs) => Write(_in, port, frame, nowNs);

    public void OnTransmit(int port, ReadOnlySpan<byte> frame, long ingressNs, long nowNs) => Write(_out, port, frame, nowNs);

    public void OnEnqueued(int port, int queue, int depth, long nowNs)
    {
    }

    public void OnDequeued(int port, int queue, int depth, long ingressNs, long enqueuedNs, long nowNs)
    {
    }

    public void OnTailDrop(int port, int queue, long nowNs)
    {
    }

    public void OnEvent(long arg)
    {
        _isDirty = false;
        foreach (PcapWriter writer in _in.Values.Concat(_out.Values))
        {
            writer.Flush();
        }
    }

    public void Dispose()
    {
        foreach (PcapWriter writer in _in.Values.Concat(_out.Values))
        {
            writer.Dispose();
        }
    }

    private void Write(Dictionary<int, PcapWriter> writers, int port, ReadOnlySpan<byte> frame, long nowNs)
    {
        if (!writers.TryGetValue(port, out PcapWriter? writer))
        {
            return;
        }

        writer.Write(frame, _epochNs + nowNs);
        if (!_isDirty)
        {
            _isDirty = true;
            _loop.Schedule(nowNs + FlushNs, this);
        }
    }
}
