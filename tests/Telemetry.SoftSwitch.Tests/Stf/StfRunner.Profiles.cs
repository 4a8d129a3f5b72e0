using System.Globalization;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Commands that p4c's files lack, in the syntax of simple_switch_CLI: action profiles, value sets and meters.</summary>
internal sealed partial class StfRunner
{
    private void ExecuteProfile(StfStatement s)
    {
        uint Handle(int i) => uint.Parse(s.Numbers[i], CultureInfo.InvariantCulture);
        switch (s.Command)
        {
            case "act_prof_create_member":
                ActionProfile profile = FindProfile(s.Name);
                ActionDef action = StfNames.Pick(_program.Model.Actions.Where(a => a.Params.Count == s.Numbers.Count - 1).ToList(), a => a.Name, s.Numbers[0], "action");
                ulong[] data = new ulong[action.Words];
                for (int i = 0; i < action.Params.Count; i++)
                {
                    Words.Put(data, action.Params[i].Slot, action.Params[i].Width, StfValues.Number(s.Numbers[i + 1]));
                }

                profile.AddMember((uint)profile.Members.Count, new ActionCall(action, data));
                break;
            case "act_prof_create_group":
                FindProfile(s.Name).AddGroup((uint)FindProfile(s.Name).Groups.Count, 0);
                break;
            case "act_prof_add_member_to_group":
                ActionGroup group = FindProfile(s.Name).FindGroup(Handle(1))!;
                group.SetMembers([.. group.Members, new GroupMember(FindProfile(s.Name).FindMember(Handle(0))!, 1, -1, [])]);
                break;
            case "table_indirect_add" or "table_indirect_add_with_group":
                AddIndirect(s);
                break;
            case "pvs_add":
                State.ValueSets[StfNames.Pick(_program.Model.ValueSets, v => v.Name, s.Name, "value set").Index].Add(StfValues.Number(s.Numbers[0]));
                break;
            case "meter_array_set_rates" or "meter_set_rates":
                SetRates(s, s.Command == "meter_set_rates");
                break;
            default:
                throw new FormatException($"command {s.Command} is not known");
        }
    }

    private ActionProfile FindProfile(string name) => State.ActionProfiles[StfNames.Pick(_program.Model.ActionProfiles, p => p.Name, name, "action profile").Index];

    /// <summary>Keys, "=>", a handle and a priority, lower being better.</summary>
    private void AddIndirect(StfStatement s)
    {
        Table table = FindTable(s.Name);
        IReadOnlyList<KeyDef> keys = table.Definition.Keys;
        TableEntry entry = new() { Match = [.. keys.Select((k, i) => CliMatch(s.Numbers[i], k))] };
        if (table.HasPriorities)
        {
            entry.Priority = 10_000 - int.Parse(s.Numbers[keys.Count + 2], CultureInfo.InvariantCulture);
        }

        ActionProfile profile = State.ActionProfiles[table.Definition.Profile!.Index];
        uint handle = uint.Parse(s.Numbers[keys.Count + 1], CultureInfo.InvariantCulture);
        if (s.Command == "table_indirect_add")
        {
            entry.SetMember(profile.FindMember(handle)!);
        }
        else
        {
            entry.SetGroup(profile.FindGroup(handle)!);
        }

        table.Insert(entry);
    }

    private static MatchValue CliMatch(string text, KeyDef key)
    {
        string[] masked = text.Split("&&&");
        return masked.Length == 2 ? new MatchValue(StfValues.Number(masked[0]), StfValues.Number(masked[1]), 0) : StfValues.Match(text, key);
    }

    /// <summary>Rates in units a microsecond and bursts, the committed one first.</summary>
    private void SetRates(StfStatement s, bool one)
    {
        MeterDef meter = StfNames.Pick(_program.Model.Meters, m => m.Name, s.Name, "meter");
        (long Rate, long Burst)[] rates = [.. s.Numbers.Skip(one ? 1 : 0).Select(r => r.Split(':')).Select(r =>
            ((long)(double.Parse(r[0], CultureInfo.InvariantCulture) * 1e6), long.Parse(r[1], CultureInfo.InvariantCulture)))];
        MeterRates config = new(rates[0].Rate, rates[0].Burst, rates[1].Rate, rates[1].Burst);
        if (meter.IsDirect)
        {
            Table table = State.Tables.First(t => t.Definition.DirectMeter == meter.Index);
            TableEntry entry = table.Entries.ElementAt(int.Parse(s.Numbers[0], CultureInfo.InvariantCulture));
            entry.Meter = new Meter(meter.InBytes);
            entry.Meter.Configure(config, _loop.NowNs);
            return;
        }

        Meter[] meters = State.Meters[meter.Index];
        foreach (Meter cell in one ? [meters[int.Parse(s.Numbers[0], CultureInfo.InvariantCulture)]] : meters)
        {
            cell.Configure(config, _loop.NowNs);
        }
    }
}
