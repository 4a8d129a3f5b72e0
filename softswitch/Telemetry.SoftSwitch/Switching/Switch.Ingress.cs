using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Time;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Switching;

public sealed partial class Switch
{
    /// <summary>Values of instance_type.</summary>
    private const int Normal = 0;
    private const int IngressClone = 1;
    private const int EgressClone = 2;
    private const int Recirculated = 4;
    private const int Replicated = 5;
    private const int Resubmitted = 6;

    /// <summary>What a resubmitted or recirculated packet takes before it enters again, so that a loop of them lets time pass.</summary>
    private const long ReentryNs = 1_000;

    /// <summary>Backward jumps of one packet in one stage; a program beyond it never ends.</summary>
    private const int JumpBudget = 65_536;
    private PacketState? _reentryFirst;
    private PacketState? _reentryLast;
    private ReentryHandler? _reentry;

    private static void Set(PacketState packet, int slot, ulong value)
    {
        if (slot >= 0)
        {
            packet.F[slot] = value;
        }
    }

    private void Ingress(PacketState packet)
    {
        BeginIngress(packet);
        RunIngress(packet, _state!);
        EndIngress(packet);
    }

    /// <summary>Sets what the parser and ingress find in the packet.</summary>
    private void BeginIngress(PacketState packet)
    {
        Intrinsics fields = _program!.Model.Intrinsics;
        if (packet.InstanceType == Normal)
        {
            Set(packet, fields.IngressPort, (ulong)packet.IngressPort);
        }

        packet.PacketLength = packet.Length;
        Set(packet, fields.PacketLength, (ulong)packet.Length);
        Set(packet, fields.InstanceType, (ulong)packet.InstanceType);
        Set(packet, fields.IngressTimestamp, Microseconds(48));
    }

    private void RunIngress(PacketState packet, SwitchState state)
    {
        state.NowNs = Loop.NowNs;
        state.Budget = JumpBudget;
        _stages.Parser(packet, state);
        state.Budget = JumpBudget;
        _stages.Ingress(packet, state);
    }

    /// <summary>Does what ingress asked for.</summary>
    private void EndIngress(PacketState packet)
    {
        SwitchState state = _state!;
        Intrinsics fields = _program!.Model.Intrinsics;
        packet.Exit = false;

        if (packet.CloneSession >= 0)
        {
            CloneIngress(packet, fields);
        }

        if (packet.Digest != 0)
        {
            packet.Trace?.Digest(state, packet.Digest);
            state.EmitDigest(packet);
        }

        if (packet.ResubmitFieldList != 0)
        {
            Resubmit(packet, state);
            return;
        }

        int group = fields.McastGroup >= 0 ? (int)packet.F[fields.McastGroup] : 0;
        if (group != 0)
        {
            Set(packet, fields.InstanceType, Replicated);
            packet.ClearRequests();
            Replicate(packet, group, fields);
            state.Pool.Return(packet);
            return;
        }

        int port = (int)packet.F[fields.EgressSpec];
        if (port == Options.DropPort)
        {
            packet.Trace?.Dropped("ingress");
            state.Pool.Return(packet);
            return;
        }

        Set(packet, fields.InstanceType, Normal);
        Enqueue(port, packet);
    }

    private ulong Microseconds(int width) => Microseconds(Loop.NowNs, width);

    private static ulong Microseconds(long ns, int width) => (ulong)(ns / 1000) & ((1UL << width) - 1);

    /// <summary>The original bytes are parsed again; then metadata is zeroed except the field list.</summary>
    private void CloneIngress(PacketState packet, Intrinsics fields)
    {
        if (!_state!.CloneSessions.TryGetValue(packet.CloneSession, out CloneSession? session))
        {
            packet.Trace?.NoSession("ingress", packet.CloneSession);
            packet.CloneSession = -1;
            return;
        }

        SwitchState state = _state!;
        int list = packet.CloneFieldList;
        int sessionId = packet.CloneSession;
        packet.CloneSession = -1;
        foreach (Replica replica in session.Replicas)
        {
            PacketState clone = state.Pool.Rent();
            clone.SetFrame(packet.Buffer.AsSpan(0, packet.Length));
            clone.IngressPort = packet.IngressPort;
            clone.IngressNs = packet.IngressNs;
            clone.IngressLength = packet.IngressLength;
            clone.PacketLength = packet.Length;
            Set(clone, fields.IngressPort, (ulong)packet.IngressPort);
            if (packet.Trace is PacketTrace trace)
            {
                clone.Trace = trace.Copy();
                trace.Cloned("ingress", sessionId, replica.Port, replica.Instance, clone.Trace);
            }

            state.Budget = JumpBudget;
            _stages.Parser(clone, state);
            clone.ClearRequests();
            KeepOnly(clone, packet, list);
            Set(clone, fields.InstanceType, IngressClone);
            Set(clone, fields.EgressRid, (ulong)replica.Instance);
            ApplySession(clone, session);
            Enqueue(replica.Port, clone);
        }
    }

    private static void ApplySession(PacketState clone, CloneSession session)
    {
        clone.ClassOfService = session.ClassOfService > 0 ? session.ClassOfService & 7 : -1;
        if (session.PacketLength > 0)
        {
            clone.Truncate((ulong)session.PacketLength);
        }
    }

    /// <summary>Zeroes the copy's metadata, then takes over the fields of a list from the original.</summary>
    private void KeepOnly(PacketState copy, PacketState original, int fieldList)
    {
        Array.Clear(copy.F, 0, _program!.Model.MetadataSlots);
        if (!_program.FieldListSlots.TryGetValue(fieldList, out int[]? slots))
        {
            return;
        }

        foreach (int slot in slots)
        {
            copy.F[slot] = original.F[slot];
        }
    }

    private void Resubmit(PacketState packet, SwitchState state)
    {
        PacketState again = state.Pool.Rent();
        again.SetFrame(packet.Buffer.AsSpan(0, packet.Length));
        again.IngressPort = packet.IngressPort;
        again.IngressNs = packet.IngressNs;
        again.IngressLength = packet.IngressLength;
        KeepOnly(again, packet, packet.ResubmitFieldList);
        packet.Trace?.Resubmitted(packet.ResubmitFieldList);
        again.Trace = packet.Trace;
        again.InstanceType = Resubmitted;
        state.Pool.Return(packet);
        Reenter(again);
    }

    private void Reenter(PacketState packet)
    {
        packet.Next = null;
        if (_reentryLast is null)
        {
            _reentryFirst = packet;
        }
        else
        {
            _reentryLast.Next = packet;
        }

        _reentryLast = packet;
        Loop.Schedule(Loop.NowNs + ReentryNs, _reentry ??= new ReentryHandler(this));
    }

    private PacketState? TakeReentry()
    {
        PacketState? packet = _reentryFirst;
        if (packet is not null)
        {
            _reentryFirst = packet.Next;
            packet.Next = null;
            _reentryLast = _reentryFirst is null ? null : _reentryLast;
        }

        return packet;
    }

    private void OnProgramChanged()
    {
        _reentryFirst = null;
        _reentryLast = null;
    }

    private void Replicate(PacketState packet, int group, Intrinsics fields)
    {
        if (!_state!.MulticastGroups.TryGetValue(group, out MulticastGroup? members))
        {
            packet.Trace?.Multicast(group, -1);
            return;
        }

        packet.Trace?.Multicast(group, members.Replicas.Length);

        foreach (Replica wanted in members.Replicas)
        {
            // With backups, a copy goes where a port is up, and nowhere when none is.
            Replica replica = wanted;
            if (wanted.Backups is not null && !IsPortUp(wanted.Port) && !TryBackup(wanted.Backups, out replica))
            {
                continue;
            }

            PacketState copy = _state!.Pool.Rent();
            copy.CopyFrom(packet);
            Set(copy, fields.EgressRid, (ulong)replica.Instance);
            if (packet.Trace is PacketTrace trace)
            {
                copy.Trace = trace.Copy();
                trace.Replica(replica.Port, replica.Instance, copy.Trace);
            }

            Enqueue(replica.Port, copy);
        }
    }

    private bool TryBackup(Replica[] backups, out Replica chosen)
    {
        foreach (Replica backup in backups)
        {
            if (IsPortUp(backup.Port))
            {
                chosen = backup;
                return true;
            }
        }

        chosen = default;
        return false;
    }

    /// <summary>Takes the oldest packet that waits to enter ingress again.</summary>
    private sealed class ReentryHandler(Switch owner) : ILoopHandler
    {
        public void OnEvent(long arg)
        {
            if (owner.TakeReentry() is not PacketState packet)
            {
                return; // the program was swapped since
            }

            owner.Ingress(packet);
            owner.ServeReady();
        }
    }
}
