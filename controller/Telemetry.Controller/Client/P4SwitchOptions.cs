namespace Telemetry.Controller.Client;

/// <summary>How to talk to one switch.</summary>
public sealed record P4SwitchOptions
{
    /// <summary>Name in errors and events.</summary>
    public required string Name { get; init; }

    /// <summary>P4Runtime device id.</summary>
    public required ulong DeviceId { get; init; }

    /// <summary>Election id claimed, at least 1; the highest of a switch's clients is primary.</summary>
    public UInt128 ElectionId { get; init; } = 1;

    /// <summary>Time that one unary call may take; 10 s by default.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before the first reconnect; doubles up to <see cref="BackoffMaximum"/>. 100 ms by default.</summary>
    public TimeSpan BackoffMinimum { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between two reconnects; 5 s by default.</summary>
    public TimeSpan BackoffMaximum { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Updates in one write at most; 500 by default: the answer carries an error for each of them in its trailers,
    /// which count against the limit of response headers.
    /// </summary>
    public int MaximumBatch { get; init; } = 500;

    /// <summary>Messages that wait to be sent on the stream at most; one more is dropped and counted. 1024 by default.</summary>
    public int SendBuffer { get; init; } = 1024;
}
