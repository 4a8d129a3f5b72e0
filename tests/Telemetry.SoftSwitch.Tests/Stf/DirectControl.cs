using System.Globalization;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Statements by way of the switch's own structures.</summary>
internal sealed class DirectControl(Switch target) : IStfControl
{
    private readonly ProgramModel _program = target.Program!.Model;
    private readonly Dictionary<string, TableEntry> _named = [];

    private SwitchState State => target.State!;

    public void Add(StfStatement s)
    {
        Table table = FindTable(s.Name);
        IReadOnlyList<KeyDef> keys = table.Definition.Keys;
        TableEntry entry = new() { Match = StfValues.Matches(s, keys), Priority = table.HasPriorities ? (s.Priority ?? 0) + 1 : 0 };
        entry.SetAction(Call(s, table));
        table.Insert(entry);
        if (s.Id.Length > 0)
        {
            _named["$" + s.Id] = entry;
        }
    }

    public void SetDefault(StfStatement s)
    {
        Table table = FindTable(s.Name);
        table.Default.SetAction(Call(s, table));
    }

    public void Remove(string id)
    {
        foreach (Table table in State.Tables)
        {
            foreach (TableEntry entry in table.Entries.Where(e => !e.IsConst && (id.Length == 0 || _named.GetValueOrDefault("$" + id) == e)).ToList())
            {
                table.Remove(entry);
            }
        }
    }

    public (long Packets, long Bytes) Count(StfStatement s)
    {
        CounterDef counter = StfNames.Pick(_program.Counters, c => c.Name, s.Name, "counter");
        return _named.TryGetValue(s.Numbers[0], out TableEntry? entry)
            ? (entry.Packets, entry.Bytes)
            : (State.CounterPackets[counter.Index][(int)StfValues.Number(s.Numbers[0])], State.CounterBytes[counter.Index][(int)StfValues.Number(s.Numbers[0])]);
    }

    public void SetGroup(int id, IReadOnlyList<Replica> replicas) => State.MulticastGroups[id] = new MulticastGroup([.. replicas]);

    public void SetSession(int id, IReadOnlyList<Replica> replicas) => State.CloneSessions[id] = new CloneSession([.. replicas], 0, 0);

    public void RemoveSession(int id) => State.CloneSessions.Remove(id);

    public BigInteger ReadRegister(string name, int index)
    {
        RegisterDef register = FindRegister(name);
        int words = Words.Count(register.Width);
        return Words.Get(State.Registers[register.Index].AsSpan(index * words, words), register.Width);
    }

    public void WriteRegister(string name, int index, BigInteger value) => State.WriteCell(FindRegister(name), index, value);

    public void ResetRegister(string name) => Array.Clear(State.Registers[FindRegister(name).Index]);

    public void AddMember(string profile, string action, IReadOnlyList<string> arguments)
    {
        ActionDef called = StfNames.Pick(_program.Actions.Where(a => a.Params.Count == arguments.Count).ToList(), a => a.Name, action, "action");
        ulong[] data = new ulong[called.Words];
        for (int i = 0; i < called.Params.Count; i++)
        {
            Words.Put(data, called.Params[i].Slot, called.Params[i].Width, StfValues.Number(arguments[i]));
        }

        ActionProfile target = FindProfile(profile);
        target.AddMember((uint)target.Members.Count, new ActionCall(called, data));
    }

    public void AddGroup(string profile) => FindProfile(profile).AddGroup((uint)FindProfile(profile).Groups.Count, 0);

    public void AddToGroup(string profile, uint member, uint group)
    {
        ActionProfile target = FindProfile(profile);
        ActionGroup found = target.FindGroup(group)!;
        found.SetMembers([.. found.Members, new GroupMember(target.FindMember(member)!, 1, -1, [])]);
    }

    public void AddIndirect(StfStatement s)
    {
        Table table = FindTable(s.Name);
        IReadOnlyList<KeyDef> keys = table.Definition.Keys;
        TableEntry entry = new() { Match = [.. keys.Select((k, i) => StfValues.CliMatch(s.Numbers[i], k))] };
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

    public void AddToValueSet(string name, BigInteger value) => State.ValueSets[StfNames.Pick(_program.ValueSets, v => v.Name, name, "value set").Index].Add(value);

    public void SetRates(StfStatement s, bool one)
    {
        MeterDef meter = StfNames.Pick(_program.Meters, m => m.Name, s.Name, "meter");
        MeterRates config = StfValues.Rates(s, one);
        if (meter.IsDirect)
        {
            Table table = State.Tables.First(t => t.Definition.DirectMeter == meter.Index);
            TableEntry entry = table.Entries.ElementAt(int.Parse(s.Numbers[0], CultureInfo.InvariantCulture));
            entry.Meter = new Meter(meter.InBytes);
            entry.Meter.Configure(config, target.Loop.NowNs);
            return;
        }

        Meter[] meters = State.Meters[meter.Index];
        foreach (Meter cell in one ? [meters[int.Parse(s.Numbers[0], CultureInfo.InvariantCulture)]] : meters)
        {
            cell.Configure(config, target.Loop.NowNs);
        }
    }

    private static ActionCall Call(StfStatement s, Table table)
    {
        ActionDef action = StfNames.Pick(table.Definition.Actions, a => a.Name, s.Action, $"action of table {table.Definition.Name}");
        ulong[] data = new ulong[action.Words];
        foreach ((string name, string value) in s.Arguments)
        {
            ParamDef parameter = action.Params.FirstOrDefault(p => p.Name == name) ?? throw new ArgumentException($"action {action.Name} has no parameter {name}");
            Words.Put(data, parameter.Slot, parameter.Width, StfValues.Number(value) & KeyLayout.PrefixMask(parameter.Width, parameter.Width));
        }

        return new ActionCall(action, data);
    }

    private Table FindTable(string name) => State.Tables[StfNames.Pick(_program.Tables, t => t.Name, name, "table").Index];

    private RegisterDef FindRegister(string name) => StfNames.Pick(_program.Registers, r => r.Name, name, "register");

    private ActionProfile FindProfile(string name) => State.ActionProfiles[StfNames.Pick(_program.ActionProfiles, p => p.Name, name, "action profile").Index];
}
