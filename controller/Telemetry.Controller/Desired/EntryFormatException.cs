namespace Telemetry.Controller.Desired;

/// <summary>A line that is no entry; says at which column what was expected.</summary>
public sealed class EntryFormatException : FormatException
{
    public EntryFormatException()
    {
    }

    public EntryFormatException(string message)
        : base(message)
    {
    }

    public EntryFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
