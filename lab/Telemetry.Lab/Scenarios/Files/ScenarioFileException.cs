using Telemetry.Controller.Inputs;

namespace Telemetry.Lab.Scenarios.Files;

/// <summary>A scenario file cannot be used; the message names every fault, one a line.</summary>
public sealed class ScenarioFileException(IReadOnlyList<InputFault> faults) : InputException(faults);
