using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Switching;

public sealed partial class Switch
{
    /// <summary>Egress clones of egress clones beyond this depth are lost: a program that clones its clones never ends.</summary>
    private const int MaxCloneDepth = 64;

    private void Enqueue(int portNumber, PacketState packet)
    {
        EgressPort port = PortOf(portNumber);
        Intrinsics fields = _program!.Model.Intrinsics;
        int priority = PriorityOf(packet, fields);
        EgressQueue queue = port.Queue(priority);
        int depth = queue.Count;
        if (depth >= port.DepthLimitOf(queue))
        {
            port.QueueDrops++;
            queue.CountDrop(packet);
            _observer?.OnTailDrop(portNumber, priority, Loop.NowNs);
            packet.Trace?.TailDropped(portNumber, priority, depth);
            _state!.Pool.Return(packet);
            return;
        }

        packet.EnqueuedNs = Loop.NowNs;
        Set(packet, fields.EnqTimestamp, Microseconds(32));
        Set(packet, fields.EnqQdepth, (ulong)depth);
        port.Push(queue, packet);
        _observer?.OnEnqueued(portNumber, priority, depth + 1, Loop.NowNs);
        packet.Trace?.Queued(portNumber, priority, depth);
        MarkReady(port);
    }

    private static int PriorityOf(PacketState packet, Intrinsics fields) => packet.ClassOfService >= 0 ? packet.ClassOfService
        : fields.Priority >= 0 ? (int)packet.F[fields.Priority] & (EgressPort.Priorities - 1) : 0;

    private void MarkReady(EgressPort port)
    {
        if (!port.IsReady && !port.IsBusy)
        {
            port.IsReady = true;
            _ready.Enqueue(port);
        }
    }

    /// <summary>Serves ports until each is busy or has nothing waiting. Clones made on the way join the same round.</summary>
    private void ServeReady()
    {
        if (_isServing)
        {
            return;
        }

        _isServing = true;
        while (_ready.TryDequeue(out EgressPort? port))
        {
            port.IsReady = false;
            while (!port.IsBusy && port.Pop(out int priority) is PacketState packet)
            {
                Egress(port, priority, packet);
            }
        }

        _isServing = false;
    }

    private void Egress(EgressPort port, int priority, PacketState packet)
    {
        int depth = port.DepthOf(priority);
        _observer?.OnDequeued(port.Number, priority, depth, packet.IngressNs, packet.EnqueuedNs, Loop.NowNs);
        packet.Trace?.Dequeued(port.Number, priority, Loop.NowNs - packet.EnqueuedNs, depth);
        BeginEgress(port, priority, packet, depth);
        if (RunEgress(packet, _state!))
        {
            EndEgress(port, priority, packet, _state!.Out.AsSpan(0, packet.FrameLength));
        }
        else
        {
            EndEgress(port, priority, packet, default);
        }
    }

    /// <summary>Sets what egress finds in the packet.</summary>
    private void BeginEgress(EgressPort port, int priority, PacketState packet, int depth)
    {
        Intrinsics fields = _program!.Model.Intrinsics;
        long nowNs = Loop.NowNs;
        Set(packet, fields.EgressTimestamp, Microseconds(Loop.LeavingNs, 48));
        Set(packet, fields.DeqTimedelta, (ulong)((nowNs / 1000) - (packet.EnqueuedNs / 1000)) & uint.MaxValue);
        Set(packet, fields.DeqQdepth, (ulong)depth);
        Set(packet, fields.Qid, (ulong)priority);
        Set(packet, fields.EgressPort, (ulong)port.Number);
        Set(packet, fields.EgressSpec, (ulong)((Options.DropPort + 1) & (PortCount - 1)));
        Set(packet, fields.PacketLength, (ulong)packet.PacketLength);
    }

    /// <summary>
    /// Runs egress, and the deparser unless the packet must be cloned first, goes round again, or ends here: the frame is then the first
    /// <see cref="PacketState.FrameLength"/> bytes of the state's output.
    /// </summary>
    private bool RunEgress(PacketState packet, SwitchState state)
    {
        state.NowNs = Loop.NowNs;
        state.Budget = JumpBudget;
        _stages.Egress(packet, state);
        packet.Exit = false;
        if (packet.CloneSession >= 0 || packet.RecirculateFieldList != 0 || packet.F[_program!.Model.Intrinsics.EgressSpec] == (ulong)Options.DropPort)
        {
            return false;
        }

        Deparse(packet, state);
        return true;
    }

    private void Deparse(PacketState packet, SwitchState state)
    {
        _stages.Deparser(packet, state);
        int payload = packet.Length - packet.HeaderEnd;
        Buffer.BlockCopy(packet.Buffer, packet.HeaderEnd, state.Out, state.OutLength, payload);
        packet.FrameLength = state.OutLength + payload;
    }

    /// <summary>Does what egress asked for; a packet without frame is cloned, goes round again or is dropped.</summary>
    private void EndEgress(EgressPort port, int priority, PacketState packet, ReadOnlySpan<byte> frame)
    {
        SwitchState state = _state!;
        Intrinsics fields = _program!.Model.Intrinsics;
        if (packet.CloneSession >= 0)
        {
            CloneEgress(packet, fields);
        }

        if (packet.F[fields.EgressSpec] == (ulong)Options.DropPort)
        {
            packet.Trace?.Dropped("egress");
            state.Pool.Return(packet);
            return;
        }

        if (frame.IsEmpty)
        {
            Deparse(packet, state);
            frame = state.Out.AsSpan(0, packet.FrameLength);
        }

        if (packet.RecirculateFieldList != 0)
        {
            Recirculate(packet, frame, state); // whole: BMv2 truncates what it sends only
            return;
        }

        frame = frame[..Math.Min(frame.Length, packet.TruncateTo)];
        Transmit(port, priority, packet.IngressNs, frame, packet.Trace);
        state.Pool.Return(packet);
    }

    /// <summary>The clone keeps headers as egress left them and zeroed metadata save the field list; it sees egress only.</summary>
    private void CloneEgress(PacketState packet, Intrinsics fields)
    {
        int sessionId = packet.CloneSession;
        packet.CloneSession = -1;
        if (!_state!.CloneSessions.TryGetValue(sessionId, out CloneSession? session))
        {
            packet.Trace?.NoSession("egress", sessionId);
            return;
        }

        if (packet.CloneDepth >= MaxCloneDepth)
        {
            packet.Trace?.CloneLoop();
            InternalDrops++;
            return;
        }

        foreach (Replica replica in session.Replicas)
        {
            PacketState clone = _state!.Pool.Rent();
            clone.CopyFrom(packet);
            clone.ClearRequests();
            clone.CloneDepth = packet.CloneDepth + 1;
            if (packet.Trace is PacketTrace trace)
            {
                clone.Trace = trace.Copy();
                trace.Cloned("egress", sessionId, replica.Port, replica.Instance, clone.Trace);
            }

            KeepOnly(clone, packet, packet.CloneFieldList);
            Set(clone, fields.InstanceType, EgressClone);
            Set(clone, fields.EgressRid, (ulong)replica.Instance);
            ApplySession(clone, session);
            Enqueue(replica.Port, clone);
        }
    }

    private void Recirculate(PacketState packet, ReadOnlySpan<byte> frame, SwitchState state)
    {
        PacketState again = state.Pool.Rent();
        again.SetFrame(frame);
        again.IngressPort = packet.IngressPort;
        again.IngressNs = packet.IngressNs;
        again.IngressLength = frame.Length;
        KeepOnly(again, packet, packet.RecirculateFieldList);
        packet.Trace?.Recirculated(packet.RecirculateFieldList, frame.Length);
        again.Trace = packet.Trace;
        again.InstanceType = Recirculated;
        state.Pool.Return(packet);
        Reenter(again);
    }

    /// <summary>
    /// Sends everything that waits through the program that it was made for, at once and whatever the ports' rates: the
    /// next program has another layout. Only packets that enter again and again are left.
    /// </summary>
    private void FinishQueued()
    {
        if (_state is null)
        {
            return;
        }

        for (int budget = JumpBudget; budget > 0 && TakeReentry() is PacketState packet; budget--)
        {
            Ingress(packet);
        }

        bool hasMore = true;
        while (hasMore)
        {
            hasMore = false;
            foreach (EgressPort? port in _ports)
            {
                while (port?.Discard(out int priority) is PacketState packet)
                {
                    hasMore = true; // its clones may wait at a port that was passed
                    Egress(port, priority, packet);
                }
            }
        }
    }

    private void Transmit(EgressPort port, int priority, long ingressNs, ReadOnlySpan<byte> frame, PacketTrace? trace)
    {
        if (port.Number == Options.CpuPort)
        {
            trace?.PacketIn(frame.Length);
            port.TxPackets++;
            port.TxBytes += frame.Length;
            _service.OnPacketIn(frame);
            return;
        }

        port.Occupy(priority, frame.Length, Loop);
        if (!port.IsUp || port.Wire is null)
        {
            port.DownDrops++;
            trace?.Lost(port.Number, port.IsUp);
            return;
        }

        trace?.Transmitted(port.Number, frame.Length);
        port.TxPackets++;
        port.TxBytes += frame.Length;
        _observer?.OnTransmit(port.Number, frame, ingressNs, Loop.NowNs);
        port.Wire.Transmit(frame);
    }
}
