using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Topologies;

/// <summary>A topology file has faults; all of them are listed.</summary>
public sealed class TopologyException(IReadOnlyList<InputFault> faults) : InputException(faults);
