namespace Telemetry.Collector.Sources;

/// <summary>A capture file or an interface cannot be read; the message says which, where and why.</summary>
public sealed class CaptureException : Exception
{
    public CaptureException()
    {
    }

    /// <summary>Creates one.</summary>
    public CaptureException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one with its cause.</summary>
    public CaptureException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
