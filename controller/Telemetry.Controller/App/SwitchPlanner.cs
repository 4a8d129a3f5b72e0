using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>Puts together what one switch shall have, bound to its program.</summary>
internal static class SwitchPlanner
{
    /// <summary>Computed routes.</summary>
    public static IEnumerable<P4Entry> Routes(Topology topology, SwitchAgent agent, SwitchRoutes routes, PortWeights weights, ControllerOptions options)
    {
        ProgramDescription program = agent.Program.Description;
        EcmpGroups? groups = program.Plays(RoutePlanner.GroupTable) ? agent.Groups : null;
        bool watchPorts = options.WatchPorts && program.Plays(RoutePlanner.BackupTable);
        return RoutePlanner.Plan(topology, agent.Node, routes, groups, watchPorts, weights)
            .Select(program.Translate).OfType<EntrySpec>().Select(e => agent.Bound.Of(e, agent.Program.Bind));
    }

    /// <summary>INT and the punt of probes: what stays the same whatever links do; and the keys of what starts INT.</summary>
    public static (IReadOnlyList<P4Entry> Entries, IReadOnlySet<string> Sources) Lasting(Topology topology, SwitchAgent agent, ControllerOptions options)
    {
        List<EntrySpec> specs = [];
        if (options.Report is { } report)
        {
            specs.AddRange(IntPlanner.Plan(topology, agent.Node, report, options.Telemetry, agent.Program.Description.Telemetry));
        }

        if (agent.CanProbe)
        {
            specs.Add(PuntPlanner.Lldp);
            specs.AddRange(options.Hosts is null ? [] : PuntPlanner.Hosts);
        }

        return (
            [.. Bind(agent, specs)],
            Bind(agent, specs.Where(s => s is TableEntrySpec { Table: IntPlanner.SourceTable })).Select(e => e.Key).ToHashSet(StringComparer.Ordinal));
    }

    private static IEnumerable<P4Entry> Bind(SwitchAgent agent, IEnumerable<EntrySpec> specs) =>
        specs.Select(agent.Program.Description.Translate).OfType<EntrySpec>().Select(agent.Program.Bind);
}
