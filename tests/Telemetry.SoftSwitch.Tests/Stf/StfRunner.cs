using System.Globalization;
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
internal sealed partial class StfRunner : IDisposable
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

    private StfRunner(SwitchProgram program)
    {
        _switch = new Switch(_loop, new SwitchOptions { Name = "stf", CpuPort = -1 });
        _program = program;
        _switch.LoadProgram(_program);
    }

    private SwitchState State => _switch.State!;

    /// <summary>The faults of a test; none when it passes.</summary>
    public static IReadOnlyList<string> Run(SwitchProgram program, IReadOnlyList<StfStatement> statements)
    {
        using StfRunner runner = new(program);
        runner.Prepare(statements);
        foreach (StfStatement statement in statements)
        {
            runner.Try(statement);
        }

        runner.Wait(1_000_000_000);
        runner.Compare(statements);
        return runner._faults;
    }

    /// <summary>
    /// What a switch that is set up by the statements (packets left out) sends from each port for packets that arrive one
    /// after another, in hexadecimal.
    /// </summary>
    /// <exception cref="FormatException">A statement cannot be executed.</exception>
    public static IReadOnlyDictionary<int, IReadOnlyList<string>> Outputs(
        SwitchProgram program, IReadOnlyList<StfStatement> setup, IEnumerable<int> ports, IEnumerable<(int Port, byte[] Frame)> packets, long spacingNs)
    {
        using StfRunner runner = new(program);
        foreach (int port in ports)
        {
            runner.Attach(port);
        }

        foreach (StfStatement statement in setup)
        {
            runner.Try(statement);
        }

        if (runner._faults.Count > 0)
        {
            throw new FormatException(string.Join("; ", runner._faults));
        }

        foreach ((int port, byte[] frame) in packets)
        {
            runner._switch.Receive(port, frame);
            runner.Wait(spacingNs);
        }

        runner.Wait(1_000_000_000);
        return runner._wires.ToDictionary(w => w.Key, w => (IReadOnlyList<string>)[.. w.Value.Frames.Select(f => f.Hex)]);
    }

    public void Dispose() => _loop.Dispose();

    private void Prepare(IReadOnlyList<StfStatement> statements)
    {
        foreach (StfStatement statement in statements.Where(s => s.Command is "packet" or "expect"))
        {
            Attach(int.Parse(statement.Numbers[0], CultureInfo.InvariantCulture));
        }
    }

    private void Try(StfStatement statement)
    {
        try
        {
            Execute(statement);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or FormatException)
        {
            _faults.Add($"line {statement.Line}: {fault.Message}");
        }
    }

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
                ExecuteProfile(s);
                break;
        }
    }

    private void Add(StfStatement s)
    {
        Table table = FindTable(s.Name);
        IReadOnlyList<KeyDef> keys = table.Definition.Keys;
        TableEntry entry = new() { Match = [.. keys.Select(StfValues.Any)], Priority = table.HasPriorities ? (s.Priority ?? 0) + 1 : 0 };
        foreach ((string key, string value) in s.Matches)
        {
            int index = StfNames.FindKey(keys, key);
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
        ActionDef action = StfNames.Pick(table.Definition.Actions, a => a.Name, s.Action, $"action of table {table.Definition.Name}");
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
        CounterDef counter = StfNames.Pick(_program.Model.Counters, c => c.Name, s.Name, "counter");
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
            State.MulticastGroups[id] = new MulticastGroup([.. nodes.SelectMany(n => _nodes[n].Ports.Select(p => new Replica(p, _nodes[n].Rid)))]);
        }

        foreach ((int session, int group) in _mirroredGroups)
        {
            State.CloneSessions[session] = new CloneSession(State.MulticastGroups.TryGetValue(group, out MulticastGroup? members) ? members.Replicas : [], 0, 0);
        }
    }

    private Table FindTable(string name) => State.Tables[StfNames.Pick(_program.Model.Tables, t => t.Name, name, "table").Index];

    private RegisterDef FindRegister(string name) => StfNames.Pick(_program.Model.Registers, r => r.Name, name, "register");

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
