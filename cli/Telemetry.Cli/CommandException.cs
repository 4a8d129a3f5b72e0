namespace Telemetry.Cli;

/// <summary>A command cannot go on; the message is the one line (or list of faults) that the user reads.</summary>
internal sealed class CommandException : Exception
{
    public CommandException()
    {
    }

    public CommandException(string message)
        : base(message)
    {
    }

    public CommandException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Reads something that the user wrote; what is wrong with it becomes this exception.</summary>
    public static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException fault)
        {
            throw new CommandException(fault.Message, fault);
        }
    }
}
