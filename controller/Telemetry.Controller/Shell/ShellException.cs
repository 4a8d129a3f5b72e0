namespace Telemetry.Controller.Shell;

/// <summary>A command that cannot be done as it was typed; the message is the one line that the user reads.</summary>
public sealed class ShellException : Exception
{
    public ShellException()
    {
    }

    public ShellException(string message)
        : base(message)
    {
    }

    public ShellException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
