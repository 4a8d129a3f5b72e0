namespace Telemetry.P4Runtime;

/// <summary>Settings of an <see cref="InProcessCallInvoker"/>.</summary>
public sealed record InProcessOptions
{
    /// <summary>Messages that one direction of one stream holds unread; default 65536, at least 1. One more fails the write with status ResourceExhausted.</summary>
    public int StreamLimit { get; init; } = 65536;

    /// <summary>Clock of deadlines; the event loop in virtual time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What the service sees as its peer; default "inprocess".</summary>
    public string Peer { get; init; } = "inprocess";
}
