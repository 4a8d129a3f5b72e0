using Telemetry.Controller.Topologies;
using Telemetry.Lab.Running;

namespace Telemetry.Lab.Programs;

/// <summary>Gives one switch of a lab a program of its own.</summary>
internal static class ProgramSelection
{
    /// <summary>The lab with that program at that switch.</summary>
    /// <exception cref="LabException">There is no such P4 switch or program.</exception>
    public static LabOptions Of(LabOptions options, string switchName, string program)
    {
        if (!options.Topology.Switches.Any(s => s.Name == switchName && s.RunsP4))
        {
            throw new LabException($"no P4 switch {switchName}; known: {string.Join(", ", options.Topology.Switches.Where(s => s.RunsP4).Select(s => s.Name))}");
        }

        string found = ProgramLocator.Find(program);
        return options with
        {
            Topology = options.Topology with
            {
                Switches = [.. options.Topology.Switches.Select((SwitchNode s) => s.Name == switchName ? s with { Program = found } : s)],
            },
        };
    }
}
