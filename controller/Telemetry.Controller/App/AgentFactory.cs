using Grpc.Core;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Inputs;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.RuntimeFiles;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>Loads each switch's program and runtime file before anything is contacted.</summary>
internal sealed class AgentFactory(ControllerOptions options)
{
    private readonly Dictionary<string, P4Program> _programs = [];
    private readonly List<InputFault> _faults = [];

    /// <exception cref="ControllerInputException">Programs or runtime files have faults; all are listed.</exception>
    public IReadOnlyList<SwitchAgent> Create(
        Topology topology, TimeProvider time, Func<SwitchNode, CallInvoker> connect, IFabricKnowledge fabric, Action<SwitchStatus> changed) =>
        [.. Load(topology).Select(i => new SwitchAgent(i.Node, i.Program, i.Entries, options, time, connect, fabric, changed))];

    /// <summary>Reads and checks all, and keeps nobody waiting for a switch.</summary>
    /// <returns>For each P4 switch its program, and its runtime file's entries; null entries are computed.</returns>
    /// <exception cref="ControllerInputException">Programs or runtime files have faults; all are listed.</exception>
    public IReadOnlyList<(SwitchNode Node, P4Program Program, IReadOnlyList<P4Entry>? Entries)> Load(Topology topology)
    {
        List<(SwitchNode, P4Program, IReadOnlyList<P4Entry>?)> inputs = [];
        foreach (SwitchNode node in topology.Switches.Where(s => s.RunsP4))
        {
            try
            {
                RuntimeFile? runtime = node.RuntimeFile is null ? null : RuntimeFile.Load(node.RuntimeFile);
                if (Program(topology, node, runtime) is { } program)
                {
                    inputs.Add((node, program, runtime?.Bind(program)));
                }
            }
            catch (InputException fault)
            {
                _faults.AddRange(fault.Faults.Where(f => !_faults.Contains(f)));
            }
        }

        return _faults.Count > 0 ? throw new ControllerInputException(_faults) : inputs;
    }

    /// <summary>The switch's own program, else the one its runtime file names, else the controller's.</summary>
    private P4Program? Program(Topology topology, SwitchNode node, RuntimeFile? runtime)
    {
        string? path = node.Program ?? runtime?.ProgramPath;
        P4Program? program = path is null ? options.Program : Load(path, node.Program is null ? runtime?.P4InfoPath : null);
        if (program is null)
        {
            _faults.Add(new InputFault(
                topology.Name, 0, $"switches.{node.Name}", "has no program; expected one in the topology or for all switches"));
        }
        else if (runtime is null && !program.Description.Plays(RoutePlanner.RouteTable))
        {
            _faults.Add(new InputFault(
                program.JsonPath,
                0,
                "",
                $"has no table Ingress.ipv4_lpm for the computed routes of {node.Name}; expected it, a program.json that names another, or a runtime_json for {node.Name}"));
        }

        return program;
    }

    private P4Program Load(string path, string? p4InfoPath)
    {
        if (!_programs.TryGetValue(path, out P4Program? program))
        {
            program = P4Program.Load(path, p4InfoPath);
            _programs.Add(path, program);
        }

        return program;
    }
}
