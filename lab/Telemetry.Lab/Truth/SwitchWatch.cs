using Telemetry.SoftSwitch.Ports;

namespace Telemetry.Lab.Truth;

/// <summary>Sees one switch's queues and frames and passes them to the truth.</summary>
internal sealed class SwitchWatch : ISwitchObserver
{
    private const int Ports = 512;
    private readonly PacketTracker _tracker;
    private readonly int _reportPort;
    private readonly PortTruth?[] _ports = new PortTruth?[Ports];
    private readonly bool[] _toHost = new bool[Ports];
    private readonly (long LatencyNs, int Depth)[] _leaving = new (long, int)[Ports];

    public SwitchWatch(PacketTracker tracker, int reportPort)
    {
        _tracker = tracker;
        _reportPort = reportPort;
    }

    /// <summary>Watches a port that a link is attached to.</summary>
    public void Add(PortTruth port, bool toHost)
    {
        _ports[port.Port] = port;
        _toHost[port.Port] = toHost;
    }

    /// <inheritdoc/>
    public void OnEnqueued(int port, int queue, int depth, long nowNs)
    {
        if (queue == 0)
        {
            _ports[port]?.Meter.Observe(depth, nowNs);
        }
    }

    /// <inheritdoc/>
    public void OnDequeued(int port, int queue, int depth, long ingressNs, long enqueuedNs, long nowNs)
    {
        if (_ports[port] is not { } truth)
        {
            return;
        }

        _leaving[port] = (nowNs - ingressNs, depth);
        if (queue == 0)
        {
            truth.Meter.Observe(depth, nowNs);
            truth.Bursts.Observe(depth, nowNs);
        }
    }

    /// <inheritdoc/>
    public void OnTailDrop(int port, int queue, long nowNs)
    {
        if (_ports[port] is { } truth)
        {
            truth.TailDrops++;
        }
    }

    /// <inheritdoc/>
    public void OnTransmit(int port, ReadOnlySpan<byte> frame, long ingressNs, long nowNs)
    {
        if (port == _reportPort)
        {
            _tracker.OnReport(frame);
        }
        else if (_ports[port] is { } truth)
        {
            truth.TxFrames++;
            truth.TxBytes += frame.Length;
            _tracker.OnHop(frame, truth, _toHost[port], _leaving[port].LatencyNs, _leaving[port].Depth, nowNs);
        }
    }
}
