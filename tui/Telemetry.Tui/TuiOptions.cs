using Grpc.Core;

namespace Telemetry.Tui;

/// <summary>What the terminal UI watches and how it draws.</summary>
public sealed record TuiOptions
{
    /// <summary>The data center that serves the feed, e.g. <c>http://127.0.0.1:9559</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>Dials the data center again after each lost connection, e.g. with certificates; null (default) dials <see cref="Address"/> as it is.</summary>
    public Func<ChannelBase>? Dial { get; init; }

    /// <summary>Draw with the characters of ASCII only; false by default.</summary>
    public bool Ascii { get; init; }

    /// <summary>Offer no key that changes anything beyond this screen; true by default, and today no key does.</summary>
    public bool ReadOnly { get; init; } = true;

    /// <summary>No colours; null (default) asks the environment's <c>NO_COLOR</c>.</summary>
    public bool? NoColor { get; init; }

    /// <summary>File that log lines are appended to; null (default) logs nowhere. Never the terminal.</summary>
    public string? LogFile { get; init; }

    /// <summary>Feed data older than this is stale and never shown as healthy; 3 s by default, above 0.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Clock for ages and reconnects; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
