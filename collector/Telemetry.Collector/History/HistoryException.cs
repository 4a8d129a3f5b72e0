namespace Telemetry.Collector.History;

/// <summary>The history could not be opened, written or read; the message names the file and what failed.</summary>
public sealed class HistoryException : Exception
{
    /// <summary>Creates one.</summary>
    public HistoryException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one around the store's own exception.</summary>
    public HistoryException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
