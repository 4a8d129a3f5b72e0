namespace Telemetry.Controller.Inputs;

/// <summary>A file that the user gave cannot be used; the message names every fault, one a line.</summary>
public abstract class InputException : Exception
{
    /// <summary>Joins the faults into one message.</summary>
    protected InputException(IReadOnlyList<InputFault> faults)
        : base(string.Join('\n', faults)) => Faults = faults;

    /// <summary>All that was wrong, in the order of the file; never empty.</summary>
    public IReadOnlyList<InputFault> Faults { get; }
}
