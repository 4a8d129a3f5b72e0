using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Switching.Workers;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>
/// Several workers: packets that came together run through ingress at once, then what ingress asked for is done in order of
/// arrival on the loop's thread, then those for ports without a line rate run through egress at once and leave in that order.
/// So the order at every port, and what writes of a controller mean to packets, are those of one worker.
/// </summary>
public sealed partial class Switch : IBatchWork
{
    /// <summary>Packets that one claim takes: enough work to be worth the claim, few enough to share a batch of 64 among four.</summary>
    private const int PacketsPerClaim = 16;

    /// <summary>Most packets of one batch; one more runs it.</summary>
    private const int MaxBatch = 256;
    private PacketState[] _waiting = [];
    private (EgressPort Port, int Priority, PacketState Packet)[] _passing = [];
    private SwitchState[] _lanes = [];
    private ParallelStages _parallel = new(false, false);
    private WorkerPool? _pool;
    private int _waitingCount;
    private int _passingCount;
    private bool _gathersIngress;
    private bool _gathersEgress;
    private bool _runsIngress;

    /// <summary>True while a packet that leaves at once may wait for the end of the batch: someone will call <see cref="RunPassing"/>.</summary>
    private bool _mayPass;

    /// <summary>True when this program lets several workers run at least one half of it.</summary>
    public bool RunsInParallel => _parallel.Ingress || _parallel.Egress;

    void IBatchWork.Run(int lane, int from, int to)
    {
        SwitchState state = _lanes[lane];
        if (_runsIngress)
        {
            for (int i = from; i < to; i++)
            {
                RunIngress(_waiting[i], state);
            }

            return;
        }

        for (int i = from; i < to; i++)
        {
            PacketState packet = _passing[i].Packet;
            if (!RunEgress(packet, state))
            {
                packet.FrameLength = -1;
                continue;
            }

            if (packet.Frame is null || packet.Frame.Length < packet.FrameLength)
            {
                packet.Frame = new byte[Math.Max(packet.Buffer.Length, packet.FrameLength)];
            }

            Buffer.BlockCopy(state.Out, 0, packet.Frame, 0, packet.FrameLength);
        }
    }

    /// <summary>Decides whether packets are gathered, for the program and the way it runs.</summary>
    private void SelectLanes()
    {
        bool several = Options.Workers > 1 && _program is not null;
        _parallel = several ? ParallelStages.Of(_program!.Model) : new ParallelStages(false, false);
        if (RunsInParallel)
        {
            _lanes = [.. Enumerable.Range(0, Options.Workers).Select(_ => _state!.CreateLane())];
            _waiting = new PacketState[MaxBatch];
            _passing = new (EgressPort, int, PacketState)[MaxBatch];
        }

        SetGathering();
    }

    /// <summary>Virtual time stays with one thread.</summary>
    private void SetGathering()
    {
        _gathersIngress = _parallel.Ingress && _pool is not null;
        _gathersEgress = _parallel.Egress && _pool is not null;
    }

    /// <summary>Starts the helpers when the loop runs in real time, and ends them with it.</summary>
    private void StartPool()
    {
        WorkerPool pool = new(Options.Name, Options.Workers);
        _pool = pool;
        SetGathering();
        FlushWork flush = new(pool);
        Loop.FlushWith(flush.Run);
        Loop.OnRealTimeEnd(() =>
        {
            RunGathered();
            Loop.FlushWith(null);
            pool.Dispose();
            _pool = null;
            SetGathering();
        });
    }

    private void Wait(PacketState packet)
    {
        BeginIngress(packet);
        _waiting[_waitingCount++] = packet;
        if (_waitingCount == MaxBatch)
        {
            RunBatch();
        }
    }

    /// <summary>Takes a packet for a port that sends at once.</summary>
    private void Pass(EgressPort port, EgressQueue queue, int priority, PacketState packet)
    {
        if (_passingCount == MaxBatch)
        {
            RunPassing();
        }

        queue.CountPassing(packet);
        _observer?.OnEnqueued(port.Number, priority, 1, Loop.NowNs);
        BeginEgress(port, priority, packet, 0);
        _passing[_passingCount++] = (port, priority, packet);
    }

    private void RunBatch()
    {
        int count = _waitingCount;
        _runsIngress = true;
        Share(count);
        _runsIngress = false;
        _waitingCount = 0;
        _mayPass = _gathersEgress;
        for (int i = 0; i < count; i++)
        {
            EndIngress(_waiting[i]);
            ServeReady();
        }

        _mayPass = false;
        RunPassing();
    }

    private void RunPassing()
    {
        int count = _passingCount;
        Share(count);
        _passingCount = 0;
        bool mayPass = _mayPass;
        _mayPass = false; // a clone made on the way goes right behind its original, as with one worker
        for (int i = 0; i < count; i++)
        {
            (EgressPort port, int priority, PacketState packet) = _passing[i];
            EndEgress(port, priority, packet, packet.FrameLength < 0 ? default : packet.Frame.AsSpan(0, packet.FrameLength));
            ServeReady();
        }

        _mayPass = mayPass;
    }

    private void Share(int count)
    {
        if (count > PacketsPerClaim)
        {
            _pool!.Run(this, count, PacketsPerClaim);
        }
        else if (count > 0)
        {
            ((IBatchWork)this).Run(0, 0, count);
        }

        foreach (SwitchState lane in _lanes)
        {
            lane.Later!.AddTo(_state!);
        }
    }
}
