using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Desired;

/// <summary>A file of entries cannot be used; all faults are listed.</summary>
public sealed class EntryFileException(IReadOnlyList<InputFault> faults) : InputException(faults);
