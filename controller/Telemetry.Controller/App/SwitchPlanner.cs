using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>Puts together what one switch shall have.</summary>
internal static class SwitchPlanner
{
    /// <summary>
    /// Entries of the runtime file, or computed routes; then INT and the punt of probes where the program has the
    /// tables for them. Where two name one entry, the runtime file's counts.
    /// </summary>
    public static DesiredState Plan(Topology topology, SwitchAgent agent, SwitchRoutes routes, ControllerOptions options)
    {
        ProgramDescription description = agent.Program.Description;
        List<EntrySpec> specs = [];
        if (agent.RuntimeEntries is null)
        {
            specs.AddRange(RoutePlanner.Plan(topology, agent.Node, routes, description.Plays(RoutePlanner.MemberTable) ? agent.Groups : null));
        }

        if (options.Report is { } report)
        {
            specs.AddRange(IntPlanner.Plan(topology, agent.Node, report, options.Telemetry, description.Telemetry));
        }

        if (agent.CanProbe)
        {
            specs.Add(PuntPlanner.Lldp);
        }

        return new DesiredState([.. agent.RuntimeEntries ?? [], .. specs.Select(description.Translate).OfType<EntrySpec>().Select(agent.Program.Bind)]);
    }
}
