using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Interpretation;

/// <summary>The stages of a program, interpreted from the same form that the compiler reads.</summary>
internal sealed class ProgramInterpreter(ProgramModel model)
{
    public void Parse(PacketState packet, SwitchState state)
    {
        Evaluator e = new(model, packet, state);
        int error = new ParserInterpreter(e).Run();
        packet.HeaderEnd = e.At;
        packet.ParserError = error;
        if (model.Intrinsics.ParserError >= 0)
        {
            packet.F[model.Intrinsics.ParserError] = (ulong)error;
        }

        foreach (ChecksumDef checksum in model.Checksums.Where(c => c.Verify))
        {
            if (packet.F[e.PlaceOf(checksum.Target.Header).Slot] != 0 && (checksum.Condition is null || e.Truth(checksum.Condition))
                && new Calculator(e).Compute(checksum.Calculation) != e.Word(checksum.Target))
            {
                packet.ChecksumError = true;
            }
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
        foreach (ChecksumDef checksum in model.Checksums.Where(c => c.Update && (c.Condition is null || e.Truth(c.Condition))))
        {
            e.Store(checksum.Target, new Calculator(e).Compute(checksum.Calculation));
        }

        state.EnsureOut(packet);
        BitString bits = new();
        foreach (Header header in model.DeparserOrder.Where(h => packet.F[h.Slot] != 0))
        {
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
    }

    private void Apply(PipelineDef pipeline, PacketState packet, SwitchState state)
    {
        Evaluator e = new(model, packet, state);
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
                node = e.Truth(condition.Condition) ? condition.TrueNext : condition.FalseNext;
            }
            else
            {
                ActionCallDef call = pipeline.Calls.First(c => c.Name == node);
                if (!actions.Run(call.Action, []) || packet.Exit)
                {
                    return;
                }

                node = call.Next;
            }
        }
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
        if (table is { DirectMeter: >= 0, MeterTarget: FieldExpr target } && (!entry.IsDefault || entry.Meter is not null))
        {
            e.Store(target, Table.ExecuteMeter(entry, e.State, e.Packet));
        }

        ActionCall call = entry.Group is null ? entry.Resolve()
            : entry.Group.Choose(table.Profile?.Selector is CalculationDef selector ? new Calculator(e).Compute(selector) : 0);
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
