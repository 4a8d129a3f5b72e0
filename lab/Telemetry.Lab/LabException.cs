namespace Telemetry.Lab;

/// <summary>A lab cannot be set up or cannot do what was asked; the message is one line for the user.</summary>
public sealed class LabException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LabException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what caused it.</summary>
    public LabException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
