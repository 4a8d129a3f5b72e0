using System.Globalization;
using System.Numerics;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>The set-up of a test file as lines for simple_switch_CLI.</summary>
internal static class StfCommands
{
    public static IEnumerable<string> Lines(SwitchProgram program, IEnumerable<StfStatement> statements)
    {
        foreach (StfStatement s in statements)
        {
            switch (s.Command)
            {
                case "packet" or "expect" or "wait" or "no_packet" or "check_counter":
                    break;
                case "add":
                    yield return Add(program, s);
                    break;
                case "setdefault":
                    TableDef table = StfNames.Pick(program.Model.Tables, t => t.Name, s.Name, "table");
                    yield return $"table_set_default {table.Name} {Action(table, s)}";
                    break;
                default:
                    yield return string.Join(' ', (string[])[s.Command, .. s.Name.Length > 0 ? [s.Name] : Array.Empty<string>(), .. s.Numbers]);
                    break;
            }
        }
    }

    private static string Add(SwitchProgram program, StfStatement s)
    {
        TableDef table = StfNames.Pick(program.Model.Tables, t => t.Name, s.Name, "table");
        MatchValue[] match = StfValues.Matches(s, table.Keys);
        IEnumerable<string> keys = match.Select((m, i) => table.Keys[i].Kind switch
        {
            MatchKind.Lpm => $"{Hex(m.Value)}/{m.PrefixLength}",
            MatchKind.Ternary => $"{Hex(m.Value)}&&&{Hex(m.Mask)}",
            MatchKind.Range => $"{Hex(m.Value)}->{Hex(m.Mask)}",
            _ => Hex(m.Value),
        });
        string[] action = Action(table, s).Split(' ', 2);
        bool prioritised = table.Keys.Any(k => k.Kind is MatchKind.Ternary or MatchKind.Range);
        string priority = prioritised ? " " + (10_000 - (s.Priority ?? 0)).ToString(CultureInfo.InvariantCulture) : "";
        return $"table_add {table.Name} {action[0]} {string.Join(' ', keys)} => {(action.Length > 1 ? action[1] : "")}{priority}";
    }

    private static string Action(TableDef table, StfStatement s)
    {
        ActionDef action = StfNames.Pick(table.Actions, a => a.Name, s.Action, "action");
        IEnumerable<string> values = action.Params.Select(p => Hex(StfValues.Number(s.Arguments.First(a => a.Name == p.Name).Value)));
        return string.Join(' ', values.Prepend(action.Name));
    }

    private static string Hex(BigInteger value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);
}
