using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Interpretation;

/// <summary>Hashes and checksums over a string of bits that is put together field by field.</summary>
internal sealed class Calculator(Evaluator e)
{
    public ulong Compute(CalculationDef calculation)
    {
        BitString bits = new();
        foreach (CalculationInput input in calculation.Inputs)
        {
            if (input.Header is Header header)
            {
                Append(bits, header, header.Type.Fields);
            }
            else if (input.Field is { Header: FixedHeader place } field)
            {
                Append(bits, place.Header, [field.Field]);
            }
            else
            {
                bits.Append(input.Constant, input.Width);
            }
        }

        byte[] bytes = bits.ToBytes();
        if (calculation.WithPayload)
        {
            int payload = Math.Min(e.Packet.Length - e.Packet.HeaderEnd, e.Packet.TruncateTo);
            bytes = [.. bytes, .. e.Packet.Buffer.AsSpan(e.Packet.HeaderEnd, payload)];
        }

        return Hashes.IsStateful(calculation.Algorithm)
            ? e.State.RoundRobins[calculation.Index]!.Compute(bytes, bytes.Length)
            : Hashes.Find(calculation.Algorithm)(bytes, bytes.Length);
    }

    private void Append(BitString bits, Header header, IReadOnlyList<FieldDef> fields)
    {
        if (!header.IsMetadata && e.F[header.Slot] == 0)
        {
            return;
        }

        foreach (FieldDef field in fields)
        {
            if (!field.IsVarbit)
            {
                bits.Append(Words.Get(e.F.AsSpan(header.Slot + field.Slot), field.Width), field.Width);
                continue;
            }

            for (int i = 0; i < (int)e.F[header.Slot + field.Slot]; i++)
            {
                bits.Append(e.Packet.Var[header.VarOffset + i], 8);
            }
        }
    }
}
