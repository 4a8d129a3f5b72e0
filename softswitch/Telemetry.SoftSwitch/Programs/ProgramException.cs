namespace Telemetry.SoftSwitch.Programs;

/// <summary>A BMv2 JSON program that this switch cannot run; every fault is listed, each with its place.</summary>
public sealed class ProgramException : Exception
{
    /// <summary>Creates the exception for a list of at least one fault.</summary>
    public ProgramException(IReadOnlyList<string> faults)
        : base(faults.Count == 1 ? faults[0] : $"{faults.Count} faults in the program:\n  " + string.Join("\n  ", faults)) => Faults = faults;

    /// <summary>One sentence a fault: place, then what was found and what was expected.</summary>
    public IReadOnlyList<string> Faults { get; }
}
