namespace Telemetry.P4Runtime.Schema;

/// <summary>A name, id or match that the program does not have; the message lists what it has.</summary>
public sealed class P4InfoException : Exception
{
    public P4InfoException()
    {
    }

    public P4InfoException(string message)
        : base(message)
    {
    }

    public P4InfoException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
