using System.Globalization;
using System.Numerics;
using System.Text;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>Values as traces show them: hexadecimal, as many digits as the width has.</summary>
internal static class TraceText
{
    public static string Hex(BigInteger value, int width)
    {
        BigInteger bits = value & ((BigInteger.One << width) - 1);
        return "0x" + bits.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft((width + 3) / 4, '0');
    }

    public static string Call(ActionCall call)
    {
        if (call.Action is not ActionDef action)
        {
            return "none";
        }

        StringBuilder text = new(action.Name);
        text.Append('(');
        for (int i = 0; i < action.Params.Count; i++)
        {
            ParamDef parameter = action.Params[i];
            text.Append(i == 0 ? "" : ", ").Append(parameter.Name).Append(" = ").Append(Hex(Words.GetAt(call.Data, parameter.Slot, parameter.Width, false), parameter.Width));
        }

        return text.Append(')').ToString();
    }

    /// <summary>The key that a table looks up, by the names of its fields.</summary>
    public static string Key(TableDef table, ulong[] words)
    {
        StringBuilder text = new();
        foreach (KeyDef key in table.Keys)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(key.Name).Append(" = ").Append(Hex(Words.GetAt(words, key.Slot, key.Width, false), key.Width));
        }

        return text.ToString();
    }

    /// <summary>What an entry matches.</summary>
    public static string Match(TableDef table, TableEntry entry)
    {
        StringBuilder text = new();
        for (int i = 0; i < table.Keys.Count; i++)
        {
            KeyDef key = table.Keys[i];
            MatchValue match = entry.Match[i];
            string value = Hex(match.Value, key.Width);
            text.Append(i == 0 ? "" : ", ").Append(key.Kind switch
            {
                MatchKind.Exact => value,
                MatchKind.Lpm => string.Create(CultureInfo.InvariantCulture, $"{value}/{match.PrefixLength}"),
                MatchKind.Ternary => $"{value} &&& {Hex(match.Mask, key.Width)}",
                _ => $"{value}..{Hex(match.Mask, key.Width)}",
            });
        }

        return text.ToString();
    }
}
