using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.App;

/// <summary>Programs or runtime files of a topology's switches have faults; all of them are listed.</summary>
public sealed class ControllerInputException(IReadOnlyList<InputFault> faults) : InputException(faults);
