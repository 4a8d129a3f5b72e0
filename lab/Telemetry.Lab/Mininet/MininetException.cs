namespace Telemetry.Lab.Mininet;

/// <summary>Mininet is missing, did not start, or a job in it failed; the message says which.</summary>
public sealed class MininetException : Exception
{
    public MininetException()
    {
    }

    public MininetException(string message)
        : base(message)
    {
    }

    public MininetException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
