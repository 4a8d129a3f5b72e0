using System.Globalization;
using Grpc.Core;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Runs a test file on one switch in virtual time, by way of the switch's own structures or of P4Runtime; faults are sentences.</summary>
internal sealed class StfRunner : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly Switch _switch;
    private readonly IStfControl _control;
    private readonly Dictionary<int, RecordingPort> _wires = [];
    private readonly List<(int Rid, int[] Ports)> _nodes = [];
    private readonly SortedDictionary<int, List<int>> _groups = [];
    private readonly Dictionary<int, int> _mirroredGroups = [];
    private readonly List<string> _faults = [];

    private StfRunner(Func<Switch, IStfControl> load)
    {
        _switch = new Switch(_loop, new SwitchOptions { Name = "stf", CpuPort = -1 });
        _control = load(_switch);
    }

    /// <summary>The faults of a test by way of the switch's own structures; none when it passes.</summary>
    public static IReadOnlyList<string> Run(SwitchProgram program, IReadOnlyList<StfStatement> statements) => Run(target => Load(target, program), statements);

    /// <summary>The faults of a test by way of P4Runtime; none when it passes.</summary>
    public static IReadOnlyList<string> Run(byte[] json, P4InfoIndex info, IReadOnlyList<StfStatement> statements) =>
        Run(target => new ServiceControl(target, json, info), statements);

    /// <summary>
    /// What a switch that is set up by the statements (packets left out) sends from each port for packets that arrive one
    /// after another, in hexadecimal.
    /// </summary>
    /// <exception cref="FormatException">A statement cannot be executed.</exception>
    public static IReadOnlyDictionary<int, IReadOnlyList<string>> Outputs(
        SwitchProgram program, IReadOnlyList<StfStatement> setup, IEnumerable<int> ports, IEnumerable<(int Port, byte[] Frame)> packets, long spacingNs, Action<Switch>? prepare = null)
    {
        using StfRunner runner = new(target => Load(target, program));
        prepare?.Invoke(runner._switch);
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

    private static List<string> Run(Func<Switch, IStfControl> load, IReadOnlyList<StfStatement> statements)
    {
        using StfRunner runner = new(load);
        runner.Prepare(statements);
        foreach (StfStatement statement in statements)
        {
            runner.Try(statement);
        }

        runner.Wait(1_000_000_000);
        runner.Compare(statements);
        return runner._faults;
    }

    private static DirectControl Load(Switch target, SwitchProgram program)
    {
        target.LoadProgram(program);
        return new DirectControl(target);
    }

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
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or FormatException or P4InfoException or RpcException)
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
                _control.Add(s);
                break;
            case "setdefault":
                _control.SetDefault(s);
                break;
            case "remove":
                _control.Remove(s.Id);
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
                _control.SetSession(Number(0), [new Replica(Number(1), 0)]);
                break;
            case "mirroring_add_mc":
                _mirroredGroups[Number(0)] = Number(1);
                ApplyGroups();
                break;
            case "mirroring_delete":
                _control.RemoveSession(Number(0));
                break;
            case "register_read":
                _control.ReadRegister(s.Name, Number(0)); // the tests expect no value
                break;
            case "register_write":
                _control.WriteRegister(s.Name, Number(0), StfValues.Number(s.Numbers[1]));
                break;
            case "register_reset":
                _control.ResetRegister(s.Name);
                break;
            case "act_prof_create_member":
                _control.AddMember(s.Name, s.Numbers[0], [.. s.Numbers.Skip(1)]);
                break;
            case "act_prof_create_group":
                _control.AddGroup(s.Name);
                break;
            case "act_prof_add_member_to_group":
                _control.AddToGroup(s.Name, (uint)Number(0), (uint)Number(1));
                break;
            case "table_indirect_add" or "table_indirect_add_with_group":
                _control.AddIndirect(s);
                break;
            case "pvs_add":
                _control.AddToValueSet(s.Name, StfValues.Number(s.Numbers[0]));
                break;
            case "meter_array_set_rates" or "meter_set_rates":
                _control.SetRates(s, s.Command == "meter_set_rates");
                break;
            case "expect" or "no_packet" or "mirroring_get" or "counter_read" or "meter_get_rates":
                break;
            default:
                throw new FormatException($"command {s.Command} is not known");
        }
    }

    private void CheckCounter(StfStatement s)
    {
        (long packets, long bytes) = _control.Count(s);
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
            _control.SetGroup(id, ReplicasOf(nodes));
        }

        foreach ((int session, int group) in _mirroredGroups)
        {
            _control.SetSession(session, _groups.TryGetValue(group, out List<int>? nodes) ? ReplicasOf(nodes) : []);
        }
    }

    private Replica[] ReplicasOf(List<int> nodes) => [.. nodes.SelectMany(n => _nodes[n].Ports.Select(p => new Replica(p, _nodes[n].Rid)))];

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
