using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Switching.Workers;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>
/// Several workers: frames that came together are shared out. A worker takes a packet through ingress and, where the program
/// asked for nothing but a port that sends at once, through egress. The loop's thread then finishes all in order of arrival:
/// so the order at every port, and what writes of a controller mean to packets, are those of one worker.
/// </summary>
public sealed partial class Switch : IBatchWork
{
    /// <summary>Packets that one claim takes: enough work to be worth the claim, few enough to share a batch of 64 among four.</summary>
    private const int PacketsPerClaim = 16;

    /// <summary>Most packets of one batch, and most bytes; one more runs it.</summary>
    private const int MaxBatch = 256;
    private const int MaxBatchBytes = 256 * 1024;
    private (int Port, int Offset, int Length)[] _waiting = [];
    private byte[] _waitingBytes = [];
    private Outcome[] _outcomes = [];
    private Lane[] _lanes = [];
    private ParallelStages _parallel = new(false, false);
    private WorkerPool? _pool;
    private int _waitingCount;
    private int _waitingUsed;

    /// <summary>True when this program lets several workers run it, or at least its ingress.</summary>
    public bool RunsInParallel => _parallel.Ingress;

    void IBatchWork.Run(int lane, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            (int port, int offset, int length) = _waiting[i];
            _outcomes[i] = Process(lane, port, _waitingBytes.AsSpan(offset, length));
        }
    }

    /// <summary>Decides whether packets are gathered, for the program and the way it runs.</summary>
    private void SelectLanes()
    {
        _parallel = Options.Workers > 1 && _program is not null && !_tracer.TellsPackets ? ParallelStages.Of(_program.Model) : new ParallelStages(false, false);
        _lanes = RunsInParallel ? [.. Enumerable.Range(0, Options.Workers).Select(_ => new Lane(_state!.CreateLane()))] : [];
        if (RunsInParallel && _waiting.Length == 0)
        {
            _waiting = new (int, int, int)[MaxBatch];
            _waitingBytes = new byte[MaxBatchBytes];
            _outcomes = new Outcome[MaxBatch];
        }
    }

    /// <summary>Starts the helpers when the loop runs in real time, and ends them with it; virtual time stays with one thread.</summary>
    private void StartPool()
    {
        WorkerPool pool = new(Options.Name, Options.Workers);
        _pool = pool;
        FlushWork flush = new(pool);
        Loop.FlushWith(flush.Run);
        Loop.OnRealTimeEnd(() =>
        {
            RunGathered();
            Loop.FlushWith(null);
            pool.Dispose();
            _pool = null;
        });
    }

    private void Wait(int port, ReadOnlySpan<byte> frame)
    {
        if (_waitingCount == MaxBatch || MaxBatchBytes - _waitingUsed < frame.Length)
        {
            RunBatch();
        }

        frame.CopyTo(_waitingBytes.AsSpan(_waitingUsed));
        _waiting[_waitingCount++] = (port, _waitingUsed, frame.Length);
        _waitingUsed += frame.Length;
    }

    private void RunBatch()
    {
        int count = _waitingCount;
        if (count > PacketsPerClaim)
        {
            _pool!.Run(this, count, PacketsPerClaim);
        }
        else
        {
            ((IBatchWork)this).Run(0, 0, count);
        }

        _waitingCount = 0;
        _waitingUsed = 0;
        for (int i = 0; i < count; i++)
        {
            Finish(ref _outcomes[i]);
        }

        foreach (Lane lane in _lanes)
        {
            lane.Finish(_state!);
        }
    }

    /// <summary>A worker's part; it reads ports and tables, and writes only what is its own.</summary>
    private Outcome Process(int laneIndex, int from, ReadOnlySpan<byte> frame)
    {
        Lane lane = _lanes[laneIndex];
        Intrinsics fields = _program!.Model.Intrinsics;
        PacketState packet = Enter(lane.State, from, frame);
        BeginIngress(packet);
        RunIngress(packet, lane.State);
        bool asks = packet.CloneSession >= 0 || packet.Digest != 0 || packet.ResubmitFieldList != 0 || (fields.McastGroup >= 0 && packet.F[fields.McastGroup] != 0);
        int to = (int)packet.F[fields.EgressSpec];
        if (!asks && to == Options.DropPort)
        {
            lane.State.Pool.Return(packet);
            return default;
        }

        int priority = PriorityOf(packet, fields);
        if (asks || !_parallel.Egress || to == Options.CpuPort || _ports[to] is not EgressPort port || !port.SendsAtOnce(priority))
        {
            return new Outcome { Packet = packet };
        }

        packet.Exit = false;
        packet.EnqueuedNs = Loop.NowNs;
        Set(packet, fields.InstanceType, Normal);
        Set(packet, fields.EnqTimestamp, Microseconds(32));
        Set(packet, fields.EnqQdepth, 0);
        BeginEgress(port, priority, packet, 0);
        Outcome outcome = new() { Port = port, Priority = priority, Lane = laneIndex, Length = packet.Length };
        if (RunEgress(packet, lane.State))
        {
            outcome.FrameLength = Math.Min(packet.FrameLength, packet.TruncateTo);
            outcome.FrameOffset = lane.Keep(outcome.FrameLength);
        }
        else if (packet.CloneSession >= 0 || packet.RecirculateFieldList != 0)
        {
            outcome.Packet = packet;
            return outcome;
        }

        lane.State.Pool.Return(packet);
        return outcome;
    }

    private void Finish(ref Outcome outcome)
    {
        if (outcome.Port is not EgressPort port)
        {
            if (outcome.Packet is PacketState unfinished)
            {
                EndIngress(unfinished);
                ServeReady();
            }

            return;
        }

        long nowNs = Loop.NowNs;
        int priority = outcome.Priority;
        port.Queue(priority).CountPassing(outcome.Length);
        _observer?.OnEnqueued(port.Number, priority, 1, nowNs);
        _observer?.OnDequeued(port.Number, priority, 0, nowNs, nowNs, nowNs);
        if (outcome.Packet is PacketState packet)
        {
            EndEgress(port, priority, packet, default);
            ServeReady();
        }
        else if (outcome.FrameLength > 0)
        {
            Transmit(port, priority, nowNs, _lanes[outcome.Lane].Kept(outcome.FrameOffset, outcome.FrameLength), null);
        }
    }
}
