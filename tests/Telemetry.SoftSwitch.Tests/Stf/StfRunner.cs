using System.Globalization;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Runs a test file on one switch in virtual time, through the switch's own structures; faults are sentences.</summary>
internal sealed class StfRunner : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly Switch _switch;
    private readonly SwitchProgram _program;
    private readonly Dictionary<int, RecordingPort> _wires = [];
    private readonly Dictionary<string, TableEntry> _named = [];
    private readonly List<(int Rid, int[] Ports)> _nodes = [];
    private readonly SortedDictionary<int, List<int>> _groups = [];
    private readonly Dictionary<int, int> _mirroredGroups = [];
    private readonly List<string> _faults = [];

    private StfRunner(byte[] json)
    {
        _switch = new Switch(_loop, new SwitchOptions { Name = "stf", CpuPort = -1 });
        _program = SwitchProgram.Load(json);
        _switch.LoadProgram(_program);
    }

    private SwitchState State => _switch.State!;

    /// <summary>The faults of a test; none when it passes.</summary>
    public static IReadOnlyList<string> Run(byte[] json, IReadOnlyList<StfStatement> statements)
    {
        using StfRunner runner = new(json);
        foreach (StfStatement statement in statements.Where(s => s.Command is "packet" or "expect"))
        {
            runner.Attach(int.Parse(statement.Numbers[0], CultureInfo.InvariantCulture));
        }

        foreach (StfStatement statement in statements)
        {
            try
            {
                runner.Execute(statement);
            }
            catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or FormatException)
            {
                runner._faults.Add($"line {statement.Line}: {fault.Message}");
            }
        }

        runner.Wait(1_000_000_000);
        runner.Compare(statements);
        return runner._faults;
    }

    public void Dispose() => _loop.Dispose();

    private void Attach(int port)
    {
        if (!_wires.ContainsKey(port))
        {
            _wires[port] = new RecordingPort(_loop);
            _switch.AttachPort(port, _wires[port], new PortOptions());
        }
    }

    private void Wait(long ns) => _loop.RunUntil(_loop.NowNs + ns);

    private void Execute(StfStatement s)
    {
        int Number(int i) => (int)StfValues.Number(s.Numbers[i]);
        switch (s.Command)
        {
            case "packet":
                _switch.Receive(Number(0), Convert.FromHexString(s.Data));
                Wait(1_000_000);
                break;
            case "add":
                Add(s);
                break;
            case "setdefault":
                Table table = FindTable(s.Name);
                table.Default.SetAction(Call(s, table));
                break;
            case "remove":
                Remove(s);
                break;
            case "check_counter":
                CheckCounter(s);
                break;
            case "wait":
                Wait(1_000_000_000);
                break;
            case "mc_mgrp_create":
                _groups.TryAdd(Number(0), []);
                break;
            case "mc_node_create":
                _nodes.Add((Number(0), [.. s.Numbers.Skip(1).Select(p => (int)StfValues.Number(p))]));
                break;
            case "mc_node_associate":
                _groups[Number(0)].Add(Number(1));
                ApplyGroups();
                break;
            case "mirroring_add":
                State.CloneSessions[Number(0)] = new CloneSession([new Replica(Number(1), 0)], 0, 0);
                break;
            case "mirroring_add_mc":
                _mirroredGroups[Number(0)] = Number(1);
                ApplyGroups();
                break;
            case "mirroring_delete":
                State.CloneSessions.Remove(Number(0));
                break;
            case "register_write":
                State.WriteCell(FindRegister(s.Name), Number(0), StfValues.Number(s.Numbers[1]));
                break;
            case "register_reset":
                Array.Clear(State.Registers[FindRegister(s.Name).Index]);
                break;
            case "expect" or "no_packet" or "mirroring_get" or "register_read" or "counter_read":
                break;
            default:
                throw new FormatException($"command {s.Command} is not known");
        }
    }

    private void Add(StfStatement s)
    {
        Table table = FindTable(s.Name);
        IReadOnlyList<KeyDef> keys = table.Definition.Keys;
        TableEntry entry = new() { Match = [.. keys.Select(StfValues.Any)], Priority = table.HasPriorities ? (s.Priority ?? 0) + 1 : 0 };
        foreach ((string key, string value) in s.Matches)
        {
            int index = FindKey(keys, key);
            entry.Match[index] = StfValues.Match(value, keys[index]);
        }

        entry.SetAction(Call(s, table));
        table.Insert(entry);
        if (s.Id.Length > 0)
        {
            _named["$" + s.Id] = entry;
        }
    }

    private void Remove(StfStatement s)
    {
        foreach (Table table in State.Tables)
        {
            foreach (TableEntry entry in table.Entries.Where(e => !e.IsConst && (s.Id.Length == 0 || _named.GetValueOrDefault("$" + s.Id) == e)).ToList())
            {
                table.Remove(entry);
            }
        }
    }

    private static ActionCall Call(StfStatement s, Table table)
    {
        ActionDef action = Pick(table.Definition.Actions, a => a.Name, s.Action, $"action of table {table.Definition.Name}");
        ulong[] data = new ulong[action.Words];
        foreach ((string name, string value) in s.Arguments)
        {
            ParamDef parameter = action.Params.FirstOrDefault(p => p.Name == name) ?? throw new ArgumentException($"action {action.Name} has no parameter {name}");
            Words.Put(data, parameter.Slot, parameter.Width, StfValues.Number(value) & Table.PrefixMask(parameter.Width, parameter.Width));
        }

        return new ActionCall(action, data);
    }

    private void CheckCounter(StfStatement s)
    {
        CounterDef counter = Pick(_program.Model.Counters, c => c.Name, s.Name, "counter");
        (long packets, long bytes) = _named.TryGetValue(s.Numbers[0], out TableEntry? entry)
            ? (entry.Packets, entry.Bytes)
            : (State.CounterPackets[counter.Index][(int)StfValues.Number(s.Numbers[0])], State.CounterBytes[counter.Index][(int)StfValues.Number(s.Numbers[0])]);
        long count = s.Unit == "bytes" ? bytes : packets;
        long expected = long.Parse(s.Data, CultureInfo.InvariantCulture);
        bool holds = s.Comparison switch
        {
            "==" => count == expected,
            "!=" => count != expected,
            "<" => count < expected,
            "<=" => count <= expected,
            ">" => count > expected,
            _ => count >= expected,
        };
        if (!holds)
        {
            _faults.Add($"line {s.Line}: counter {s.Name}({s.Numbers[0]}) has {count} {s.Unit}, expected {s.Comparison} {expected}");
        }
    }

    private void ApplyGroups()
    {
        foreach ((int id, List<int> nodes) in _groups)
        {
            State.MulticastGroups[id] = new MulticastGroup([.. nodes.SelectMany(n => _nodes[n].Ports.Select(p => new Replica(p, _nodes[n].Rid)))], []);
        }

        foreach ((int session, int group) in _mirroredGroups)
        {
            State.CloneSessions[session] = new CloneSession(State.MulticastGroups.TryGetValue(group, out MulticastGroup? members) ? members.Replicas : [], 0, 0);
        }
    }

    private Table FindTable(string name) => State.Tables[Pick(_program.Model.Tables, t => t.Name, name, "table").Index];

    private RegisterDef FindRegister(string name) => Pick(_program.Model.Registers, r => r.Name, name, "register");

    /// <summary>The item of that name, or the one whose name ends with it.</summary>
    private static T Pick<T>(IReadOnlyList<T> items, Func<T, string> nameOf, string name, string kind)
        where T : class
    {
        T? exact = items.FirstOrDefault(i => nameOf(i) == name);
        if (exact is not null)
        {
            return exact;
        }

        List<T> ending = [.. items.Where(i => nameOf(i).EndsWith(name, StringComparison.Ordinal))];
        return ending.Count == 1 ? ending[0] : throw new ArgumentException($"{ending.Count} of the names end with {name} where one {kind} was expected");
    }

    private static int FindKey(IReadOnlyList<KeyDef> keys, string name)
    {
        int dollar = name.IndexOf('$', StringComparison.Ordinal);
        if (dollar >= 0 && dollar + 1 < name.Length && char.IsAsciiDigit(name[dollar + 1]))
        {
            int end = dollar + 1;
            while (end < name.Length && char.IsAsciiDigit(name[end]))
            {
                end++;
            }

            name = $"{name[..dollar]}[{name[(dollar + 1)..end]}]{name[end..]}";
        }

        string valid = name.EndsWith(".valid", StringComparison.Ordinal) ? name[..^5] + "$valid$" : name + ".$valid$";
        foreach (string candidate in (string[])[name, name + "$", valid, name == "valid" ? "$valid$" : valid])
        {
            for (int i = 0; i < keys.Count; i++)
            {
                if (keys[i].Name == candidate)
                {
                    return i;
                }
            }
        }

        for (int i = keys.Count - 1; i >= 0; i--)
        {
            if (keys[i].Name.EndsWith("." + name, StringComparison.Ordinal) || keys[i].Name.EndsWith("." + name + "$", StringComparison.Ordinal)
                || keys[i].Name.EndsWith(valid, StringComparison.Ordinal) || (name == "valid" && keys[i].Name.EndsWith(".$valid$", StringComparison.Ordinal)))
            {
                return i;
            }
        }

        throw new ArgumentException($"no key is called {name}; keys: {string.Join(", ", keys.Select(k => k.Name))}");
    }

    private void Compare(IReadOnlyList<StfStatement> statements)
    {
        ILookup<int, StfStatement> expected = statements.Where(s => s.Command == "expect").ToLookup(s => int.Parse(s.Numbers[0], CultureInfo.InvariantCulture));
        foreach ((int port, RecordingPort wire) in _wires.OrderBy(w => w.Key))
        {
            List<StfStatement> wanted = [.. expected[port]];
            if (wanted.Count != wire.Frames.Count)
            {
                _faults.Add($"port {port}: {wire.Frames.Count} frames, expected {wanted.Count}: {string.Join(" ", wire.Frames.Select(f => f.Hex))}");
                continue;
            }

            for (int i = 0; i < wanted.Count; i++)
            {
                if (!Matches(wire.Frames[i].Hex, wanted[i].Data))
                {
                    _faults.Add($"line {wanted[i].Line}: port {port} sent {wire.Frames[i].Hex}, expected {wanted[i].Data}");
                }
            }
        }
    }

    private static bool Matches(string frame, string pattern)
    {
        bool strict = pattern.EndsWith('$');
        string digits = strict ? pattern[..^1] : pattern;
        if (frame.Length < digits.Length || (strict && frame.Length > digits.Length))
        {
            return false;
        }

        for (int i = 0; i < digits.Length; i++)
        {
            if (digits[i] != '*' && digits[i] != frame[i])
            {
                return false;
            }
        }

        return true;
    }
}
