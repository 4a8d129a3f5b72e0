using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Interpretation;

/// <summary>Runs actions step by step.</summary>
internal sealed class ActionInterpreter(Evaluator e)
{
    /// <summary>False when the program jumped backwards too often: then the pipeline ends.</summary>
    public bool Run(ActionDef action, ulong[] data)
    {
        e.Data = data;
        for (int at = 0; at < action.Primitives.Count; at++)
        {
            e.Trace?.Step(action, at);
            if (action.Primitives[at] is not JumpStep jump)
            {
                Step(action.Primitives[at]);
                continue;
            }

            if (jump.IfZero is not null)
            {
                bool holds = e.Truth(jump.IfZero);
                e.Trace?.Jumped(holds, jump.Target);
                if (holds)
                {
                    continue;
                }
            }

            if (jump.Target <= at && --e.State.Budget < 0)
            {
                return false;
            }

            at = jump.Target - 1;
        }

        return true;
    }

    public void Step(Primitive primitive)
    {
        PacketState packet = e.Packet;
        switch (primitive)
        {
            case AssignStep assign:
                e.Store(assign.Target, e.Value(assign.Value));
                break;
            case AssignVarbitStep assign:
                AssignVarbit(assign);
                e.Trace?.Header(e.NameOf(assign.Target.Header), $"{assign.Target.Field.Name} is that of {e.NameOf(assign.Source.Header)}");
                break;
            case AssignHeaderStep assign:
                AssignHeader(assign.Target, assign.Source);
                break;
            case AssignUnionStep assign:
                for (int i = 0; i < assign.Target.Members.Count; i++)
                {
                    AssignHeader(assign.Target.Members[i], assign.Source.Members[i]);
                }

                break;
            case AssignStackStep assign:
                Array.Copy(e.F, assign.Source.FirstSlot, e.F, assign.Target.FirstSlot, assign.Source.Stride * assign.Source.Count);
                Buffer.BlockCopy(packet.Var, assign.Source.FirstVar, packet.Var, assign.Target.FirstVar, assign.Source.VarStride * assign.Source.Count);
                e.F[assign.Target.NextSlot] = e.F[assign.Source.NextSlot];
                e.Trace?.Header(assign.Target.Name, $"is {assign.Source.Name}");
                break;
            case AddHeaderStep add:
                AddHeader(add);
                break;
            case RemoveHeaderStep remove:
                int removed = e.PlaceOf(remove.Header).Slot;
                if (e.F[removed] != 0)
                {
                    packet.PacketLength -= remove.Header.Type.FixedBytes + (remove.Header.Type.Varbit is FieldDef varbit ? (int)e.F[removed + varbit.Slot] : 0);
                    e.F[removed] = 0;
                }

                e.Trace?.Header(e.NameOf(remove.Header), "not valid any more");

                break;
            case PushStep push:
                e.Trace?.Header(push.Stack.Name, $"push {e.Word(push.Count)}");
                Bits.Push(packet, push.Stack.FirstSlot, push.Stack.Stride, push.Stack.Count, push.Stack.NextSlot, push.Stack.FirstVar, push.Stack.VarStride, e.Word(push.Count));
                break;
            case PopStep pop:
                e.Trace?.Header(pop.Stack.Name, $"pop {e.Word(pop.Count)}");
                Bits.Pop(packet, pop.Stack.FirstSlot, pop.Stack.Stride, pop.Stack.Count, pop.Stack.NextSlot, pop.Stack.FirstVar, pop.Stack.VarStride, e.Word(pop.Count));
                break;
            case ExitStep:
                packet.Exit = true;
                e.Trace?.Request("exit");
                break;
            case DropStep:
                e.F[e.Model.Intrinsics.EgressSpec] = (ulong)e.State.DropPort;
                if (e.Model.Intrinsics.McastGroup >= 0)
                {
                    e.F[e.Model.Intrinsics.McastGroup] = 0;
                }

                e.Trace?.Request("marked to drop");

                break;
            case HashStep hash:
                ulong size = e.Word(hash.Size);
                ulong result = size > 1 ? new Calculator(e).Compute(hash.Calculation) % size : 0;
                e.Store(hash.Target, unchecked(e.Word(hash.Base) + result));
                break;
            case RandomStep random:
                if (e.State.TryRandom(e.Word(random.Low), e.Word(random.High), out ulong drawn))
                {
                    e.Store(random.Target, drawn);
                }

                break;
            case RegisterReadStep or RegisterWriteStep or CountStep or MeterStep:
                Extern(primitive);
                break;
            case LogStep log:
                e.State.WriteLog(log.Format, [.. log.Values.Select(e.Value)]);
                break;
            case AssertStep assert:
                if (!e.Truth(assert.Condition))
                {
                    e.State.WriteLog(assert.Text, []);
                }

                break;
            default:
                Request(primitive);
                break;
        }
    }

    private void Request(Primitive primitive)
    {
        PacketState packet = e.Packet;
        switch (primitive)
        {
            case CloneStep clone:
                packet.CloneSession = (int)(e.Word(clone.Session) & 0x7FFF);
                packet.CloneFieldList = (int)(e.Word(clone.FieldList) & 0xFFFF);
                e.Trace?.Request($"clone asked for, session {packet.CloneSession}, field list {packet.CloneFieldList}");
                break;
            case ResubmitStep resubmit:
                packet.ResubmitFieldList = (int)(e.Word(resubmit.FieldList) & 0xFFFF);
                e.Trace?.Request($"resubmit asked for, field list {packet.ResubmitFieldList}");
                break;
            case RecirculateStep recirculate:
                packet.RecirculateFieldList = (int)(e.Word(recirculate.FieldList) & 0xFFFF);
                e.Trace?.Request($"recirculation asked for, field list {packet.RecirculateFieldList}");
                break;
            case DigestStep digest:
                packet.Digest = (int)(e.Word(digest.Digest) & 0xFFFF);
                e.Trace?.Request($"digest {packet.Digest} asked for");
                break;
            case TruncateStep truncate:
                packet.Truncate(e.Word(truncate.Length));
                e.Trace?.Request($"truncate to {packet.TruncateTo} bytes");
                break;
            default:
                break;
        }
    }

    private void Extern(Primitive primitive)
    {
        switch (primitive)
        {
            case RegisterReadStep read:
                ulong from = e.Word(read.Index);
                e.Trace?.Cell("register", read.Register.Name, from, read.Register.Size, "read");
                if (from < (ulong)read.Register.Size)
                {
                    e.Store(read.Target, e.State.ReadCell(read.Register, (int)from));
                }

                break;
            case RegisterWriteStep write:
                ulong to = e.Word(write.Index);
                BigInteger written = e.Value(write.Value) & KeyLayout.PrefixMask(write.Register.Width, write.Register.Width);
                if (to < (ulong)write.Register.Size)
                {
                    e.State.WriteCell(write.Register, (int)to, written);
                }

                e.Trace?.Cell("register", write.Register.Name, to, write.Register.Size, $"written {TraceText.Hex(written, write.Register.Width)}");

                break;
            case CountStep count:
                e.State.Count(count.Counter.Index, e.Word(count.Index), e.Packet);
                e.Trace?.Cell("counter", count.Counter.Name, e.Word(count.Index), count.Counter.Size, "counted");
                break;
            case MeterStep meter:
                e.Trace?.Cell("meter", meter.Meter.Name, e.Word(meter.Index), meter.Meter.Size, "executed");
                if (e.State.TryMeter(meter.Meter.Index, e.Word(meter.Index), e.Packet, out ulong color))
                {
                    e.Store(meter.Target, color);
                }

                break;
            default:
                break;
        }
    }

    private void AddHeader(AddHeaderStep add)
    {
        int slot = e.PlaceOf(add.Header).Slot;
        if (!add.Fast && e.F[slot] == 0)
        {
            Array.Clear(e.F, slot, add.Header.Type.Slots);
            e.Packet.PacketLength += add.Header.Type.FixedBytes;
        }

        e.MakeValid(slot, add.Header.Siblings);
        e.Trace?.Header(e.NameOf(add.Header), "valid");
    }

    private void AssignHeader(HeaderRef target, HeaderRef source)
    {
        (int to, int toVar) = e.PlaceOf(target);
        (int from, int fromVar) = e.PlaceOf(source);
        e.Trace?.Header(e.NameOf(target), $"is {e.NameOf(source)}{(e.F[from] == 0 ? ", not valid" : "")}");
        if (e.F[from] == 0)
        {
            e.F[to] = 0;
            return;
        }

        foreach (FieldDef field in source.Type.Fields)
        {
            Array.Copy(e.F, from + field.Slot, e.F, to + field.Slot, field.Words);
        }

        if (source.Type.Varbit is FieldDef varbit)
        {
            Buffer.BlockCopy(e.Packet.Var, fromVar, e.Packet.Var, toVar, (int)e.F[from + varbit.Slot]);
        }

        e.MakeValid(to, target.Siblings);
    }

    private void AssignVarbit(AssignVarbitStep assign)
    {
        (int to, int toVar) = e.PlaceOf(assign.Target.Header);
        (int from, int fromVar) = e.PlaceOf(assign.Source.Header);
        ulong length = e.F[from + assign.Source.Field.Slot];
        e.F[to + assign.Target.Field.Slot] = length;
        Buffer.BlockCopy(e.Packet.Var, fromVar, e.Packet.Var, toVar, (int)length);
    }
}
