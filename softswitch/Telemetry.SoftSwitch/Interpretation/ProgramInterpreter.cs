using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Interpretation;

/// <summary>The stages of a program, interpreted from the same form that the compiler reads.</summary>
internal sealed class ProgramInterpreter(ProgramModel model)
{
    public void Parse(PacketState packet, SwitchState state)
    {
        Evaluator e = new(model, packet, state);
        int error = new ParserInterpreter(e).Run();
        if (e.Trace is PacketTrace trace)
        {
            if (error != model.Errors.GetValueOrDefault("NoError"))
            {
                trace.ParserError(model, error, e.At);
            }

            trace.Parsed(e.At);
        }
        packet.HeaderEnd = e.At;
        packet.ParserError = error;
        if (model.Intrinsics.ParserError >= 0)
        {
            packet.F[model.Intrinsics.ParserError] = (ulong)error;
        }

        foreach (ChecksumDef checksum in model.Checksums.Where(c => c.Verify))
        {
            if (packet.F[e.PlaceOf(checksum.Target.Header).Slot] == 0)
            {
                e.Trace?.ChecksumSkipped(checksum, "its header is not valid");
                continue;
            }

            if (!Holds(checksum, e))
            {
                continue;
            }

            ulong computed = new Calculator(e).Compute(checksum.Calculation);
            ulong actual = e.Word(checksum.Target);
            e.Trace?.ChecksumVerified(checksum, computed, actual);
            packet.ChecksumError |= computed != actual;
        }

        if (model.Intrinsics.ChecksumError >= 0)
        {
            packet.F[model.Intrinsics.ChecksumError] = packet.ChecksumError ? 1UL : 0;
        }
    }

    public void Ingress(PacketState packet, SwitchState state) => Apply(model.Ingress, packet, state);

    public void Egress(PacketState packet, SwitchState state) => Apply(model.Egress, packet, state);

    public void Deparse(PacketState packet, SwitchState state)
    {
        Evaluator e = new(model, packet, state);
        foreach (ChecksumDef checksum in model.Checksums.Where(c => c.Update && Holds(c, e)))
        {
            ulong computed = new Calculator(e).Compute(checksum.Calculation);
            e.Trace?.ChecksumUpdated(checksum, computed);
            e.Store(checksum.Target, computed);
        }

        state.EnsureOut(packet);
        BitString bits = new();
        foreach (Header header in model.DeparserOrder.Where(h => packet.F[h.Slot] != 0))
        {
            e.Trace?.Emitted(header, header.Type.FixedBytes + (header.Type.Varbit is FieldDef varbit ? (int)packet.F[header.Slot + varbit.Slot] : 0));
            foreach (FieldDef field in header.Type.Fields)
            {
                if (!field.IsVarbit)
                {
                    bits.Append(Words.Get(packet.F.AsSpan(header.Slot + field.Slot), field.Width), field.Width);
                    continue;
                }

                for (int i = 0; i < (int)packet.F[header.Slot + field.Slot]; i++)
                {
                    bits.Append(packet.Var[header.VarOffset + i], 8);
                }
            }
        }

        byte[] bytes = bits.ToBytes();
        bytes.CopyTo(state.Out, 0);
        state.OutLength = bytes.Length;
        e.Trace?.Deparsed(bytes.Length, packet.Length - packet.HeaderEnd);
    }

    private static bool Holds(ChecksumDef checksum, Evaluator e)
    {
        bool holds = checksum.Condition is null || e.Truth(checksum.Condition);
        if (!holds)
        {
            e.Trace?.ChecksumSkipped(checksum, "its condition is false");
        }

        return holds;
    }

    private void Apply(PipelineDef pipeline, PacketState packet, SwitchState state)
    {
        Evaluator e = new(model, packet, state);
        e.Trace?.PipelineStart(pipeline.Name);
        Run(pipeline, e);
        if (e.Trace is PacketTrace trace)
        {
            if (state.Budget < 0)
            {
                trace.LoopLimit(pipeline.Name);
            }

            trace.PipelineEnd(pipeline.Name, packet.Exit);
        }
    }

    private static void Run(PipelineDef pipeline, Evaluator e)
    {
        PacketState packet = e.Packet;
        ActionInterpreter actions = new(e);
        string? node = pipeline.Start;
        while (node is not null)
        {
            if (pipeline.Tables.FirstOrDefault(t => t.Name == node) is TableDef table)
            {
                if (!ApplyTable(table, e, actions, out node))
                {
                    return;
                }
            }
            else if (pipeline.Conditionals.FirstOrDefault(c => c.Name == node) is ConditionalDef condition)
            {
                bool holds = e.Truth(condition.Condition);
                e.Trace?.Condition(condition, holds);
                node = holds ? condition.TrueNext : condition.FalseNext;
            }
            else
            {
                ActionCallDef call = pipeline.Calls.First(c => c.Name == node);
                e.Trace?.Action(new ActionCall(call.Action, []));
                if (!actions.Run(call.Action, []) || packet.Exit)
                {
                    return;
                }

                node = call.Next;
            }
        }
    }

    private static ActionCall Choose(TableDef table, ActionGroup group, Evaluator e)
    {
        ulong hash = table.Profile?.Selector is CalculationDef selector ? new Calculator(e).Compute(selector) : 0;
        ActionCall call = group.Choose(hash);
        e.Trace?.Chosen(table, group, hash, group.Members.FirstOrDefault(m => m.Member.Call == call)?.Member);
        return call;
    }

    /// <summary>False when the pipeline ends with the action.</summary>
    private static bool ApplyTable(TableDef table, Evaluator e, ActionInterpreter actions, out string? next)
    {
        foreach (KeyDef key in table.Keys)
        {
            FieldExpr field = (FieldExpr)key.Value;
            BigInteger value = Words.Get(e.F.AsSpan(e.PlaceOf(field.Header).Slot + field.Field.Slot), key.Width);
            Words.Put(e.State.Key, key.Slot, key.Width, key.Mask is BigInteger mask ? value & mask : value);
        }

        Table entries = e.State.Tables[table.Index];
        TableEntry entry = table.Keys.Count == 0 ? entries.Default : entries.Apply(e.State, e.Packet);
        e.Trace?.Table(table, e.State, entry);
        if (table is { DirectMeter: >= 0, MeterTarget: FieldExpr target } && (!entry.IsDefault || entry.Meter is not null))
        {
            e.Store(target, Table.ExecuteMeter(entry, e.State, e.Packet));
        }

        ActionCall call = entry.Group is null ? entry.Resolve() : Choose(table, entry.Group, e);
        e.Trace?.Action(call);
        next = table.NextByHit ? entry.IsDefault ? table.MissNext : table.HitNext : table.DefaultNext;
        if (call.Action is not ActionDef action)
        {
            return true;
        }

        if (!table.NextByHit)
        {
            ActionDef known = table.Actions.FirstOrDefault(a => a.Name == action.Name) ?? action;
            next = table.NextByAction.TryGetValue(known.Index, out string? chosen) ? chosen : table.DefaultNext;
        }

        return actions.Run(action, call.Data) && !e.Packet.Exit;
    }
}
