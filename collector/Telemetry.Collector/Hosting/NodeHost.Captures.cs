using Telemetry.Collector.Delivery;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Sources;
using Telemetry.Collector.Time;
using Telemetry.Wire.Headers;

namespace Telemetry.Collector.Hosting;

public sealed partial class NodeHost
{
    private const int StepMs = 10;
    private const long LookAtDropsNs = 500_000_000;

    private long _captureDrops;
    private long _otherPackets;
    private long _firstNs;
    private volatile bool _waits;
    private volatile bool _ended;

    /// <summary>How far the replay is; null when nothing is replayed.</summary>
    public ReplayProgress? Replayed => _options.Replay is null ? null : new ReplayProgress(
        Volatile.Read(ref _direct) + Volatile.Read(ref _otherPackets),
        Volatile.Read(ref _direct),
        _ended ? 1 : Math.Min(1, _capture!.BytesRead / (double)_capture.FileBytes),
        _captureClock!.NowNs - _firstNs,
        _captureClock.NowNs,
        _waits,
        _ended);

    private static CaptureReader? OpenCapture(NodeHostOptions options)
    {
        try
        {
            return options.Replay is { } replay ? CaptureReader.OpenFile(replay.File)
                : options.Capture is { } capture ? CaptureReader.OpenInterface(capture.Interface, capture.WholeFilter, options.SocketBufferBytes)
                : null;
        }
        catch (CaptureException fault)
        {
            throw new HostFaultException(fault.Message, fault);
        }
    }

    /// <summary>A clock that begins with the capture, so that the first window is the first packet's; of an interface it begins now.</summary>
    private static CaptureClock? ClockOf(NodeHostOptions options, CaptureReader? capture, TimeProvider time)
    {
        if (capture is null)
        {
            return null;
        }

        CaptureClock clock = new();
        clock.AdvanceTo(options.Replay is { AsNow: false } ? capture.FirstNs : RunClock.NowNs(time));
        return clock;
    }

    /// <summary>
    /// Hands on what comes over an interface. The clock is that of the packets, so that their way to this thread does not count; it goes on by itself where none come.
    /// </summary>
    private void Capture(LiveCaptureOptions options, CaptureReader capture, CaptureClock clock, CancellationToken stop)
    {
        ushort[] ports = [.. options.Ports];
        long lookedNs = 0;
        while (!stop.IsCancellationRequested)
        {
            bool one = capture.Next(out CapturedPacket packet, out long atNs) == CaptureReader.Step.Packet;
            long nowNs = RunClock.NowNs(_time);
            if (nowNs - lookedNs >= LookAtDropsNs)
            {
                lookedNs = nowNs;
                Volatile.Write(ref _captureDrops, capture.ReadDrops());
            }

            lock (_engineLock)
            {
                clock.AdvanceTo(one ? Math.Min(atNs, nowNs) : nowNs);
                TickIfDue(clock.NowNs, more: false);
                if (one)
                {
                    TakePacket(packet, ports, Math.Min(atNs, nowNs));
                }
            }
        }
    }

    /// <summary>Plays a file to its end, then sees to it that the center gets everything.</summary>
    private void Replay(ReplayOptions options, CaptureReader capture, CaptureClock clock, CancellationToken stop)
    {
        CaptureException? damaged = null;
        try
        {
            Play(options, capture, clock, stop);
        }
        catch (CaptureException fault)
        {
            damaged = fault; // what came before the damage counts
        }

        if (!stop.IsCancellationRequested)
        {
            lock (_engineLock)
            {
                _engine.Flush();
            }

            while (_outbox.Statistics.Pending > 0 && !stop.WaitHandle.WaitOne(StepMs))
            {
                _waits = true;
            }

            _waits = false;
            _ended = !stop.IsCancellationRequested;
        }

        if (damaged is not null)
        {
            throw damaged;
        }
    }

    private void Play(ReplayOptions options, CaptureReader capture, CaptureClock clock, CancellationToken stop)
    {
        ushort[] ports = [.. options.Ports];
        long shiftNs = _firstNs - capture.FirstNs;
        long started = _time.GetTimestamp();
        while (!stop.IsCancellationRequested && capture.Next(out CapturedPacket packet, out long atNs) == CaptureReader.Step.Packet)
        {
            atNs += shiftNs;
            if (options.Speed > 0)
            {
                WaitFor(atNs, options.Speed, clock, started, stop);
            }

            long tickedNs = _lastTickNs;
            lock (_engineLock)
            {
                clock.AdvanceTo(atNs);
                TickIfDue(clock.NowNs, more: false);
                TakePacket(packet, ports, atNs);
            }

            if (tickedNs != _lastTickNs)
            {
                WaitForRoom(stop);
            }
        }
    }

    // Steps are short, so that windows end in time also where the capture pauses.
    private void WaitFor(long atNs, double speed, CaptureClock clock, long started, CancellationToken stop)
    {
        while (true)
        {
            long dueNs = _firstNs + (long)(_time.GetElapsedTime(started).TotalNanoseconds * speed);
            if (dueNs >= atNs || stop.IsCancellationRequested)
            {
                return;
            }

            lock (_engineLock)
            {
                clock.AdvanceTo(dueNs);
                TickIfDue(clock.NowNs, more: false);
            }

            double leftMs = (atNs - dueNs) / speed / 1e6;
            stop.WaitHandle.WaitOne((int)Math.Clamp(leftMs, 1, StepMs));
        }
    }

    // A file waits as long as it takes: what the center did not take is kept, not given up.
    private void WaitForRoom(CancellationToken stop)
    {
        while (IsAlmostFull(_outbox.Statistics))
        {
            _waits = true;
            if (stop.WaitHandle.WaitOne(StepMs))
            {
                break;
            }
        }

        _waits = false;
    }

    private bool IsAlmostFull(OutboxStatistics outbox) => _options.SpoolDirectory is null
        ? outbox.Pending >= _options.OutboxLimit / 2
        : outbox.PendingBytes >= _options.SpoolLimitBytes / 2;

    // The caller holds the engine's lock.
    private void TakePacket(in CapturedPacket packet, ushort[] ports, long atNs)
    {
        if (CapturedFrame.TryRead(packet.Link, packet.Bytes, out UdpDatagram datagram) && (ports.AsSpan().Contains(datagram.DestinationPort) || ports.AsSpan().Contains((ushort)0)))
        {
            _engine.OnDatagram(datagram.Payload, new DatagramOrigin(datagram.Source, atNs, (datagram.Destination << 16) | datagram.DestinationPort));
            Volatile.Write(ref _direct, _direct + 1);
        }
        else
        {
            Volatile.Write(ref _otherPackets, _otherPackets + 1);
        }
    }
}
