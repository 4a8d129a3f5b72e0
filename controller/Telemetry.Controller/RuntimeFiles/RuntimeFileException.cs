using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.RuntimeFiles;

/// <summary>A runtime file has faults, or asks for what its program does not have; all of them are listed.</summary>
public sealed class RuntimeFileException(IReadOnlyList<InputFault> faults) : InputException(faults);
