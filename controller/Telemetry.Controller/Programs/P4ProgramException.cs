using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Programs;

/// <summary>A compiled P4 program cannot be loaded; all faults are listed.</summary>
public sealed class P4ProgramException(IReadOnlyList<InputFault> faults) : InputException(faults);
