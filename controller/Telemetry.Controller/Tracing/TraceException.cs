namespace Telemetry.Controller.Tracing;

/// <summary>A file that is no trace of this program; says why.</summary>
public sealed class TraceException : Exception
{
    public TraceException()
    {
    }

    public TraceException(string message)
        : base(message)
    {
    }

    public TraceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
