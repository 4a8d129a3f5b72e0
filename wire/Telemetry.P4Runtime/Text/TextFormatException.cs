namespace Telemetry.P4Runtime.Text;

/// <summary>Text that is no valid protobuf text format of the expected message; says where and what was expected.</summary>
public sealed class TextFormatException : FormatException
{
    public TextFormatException()
    {
    }

    public TextFormatException(string message)
        : base(message)
    {
    }

    public TextFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Line and column count from 1.</summary>
    public TextFormatException(int line, int column, string problem)
        : base($"{line}:{column}: {problem}")
    {
        Line = line;
        Column = column;
    }

    /// <summary>Line of the problem, from 1; 0 is unknown.</summary>
    public int Line { get; }

    /// <summary>Column of the problem in UTF-16 units, from 1; 0 is unknown.</summary>
    public int Column { get; }
}
