using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Telemetry.Lab.Live;

/// <summary>How a live lab talks to whoever started it.</summary>
public sealed record LiveSettings
{
    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Shell command that is the run, inside the lab's namespace (in Mininet): each host's name is a command that runs
    /// its arguments in that host, and <c>lab</c> changes the network. Empty is a shell for people; null runs the scenario.
    /// </summary>
    public string? Command { get; init; }

    /// <summary>Logs of the parts; none by default.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Gets a line for each step, on any thread; nobody by default.</summary>
    public Action<string> Progress { get; init; } = _ => { };

    /// <summary>Gets the data center's address as soon as it serves, on any thread; nobody by default.</summary>
    public Action<Uri> Serving { get; init; } = _ => { };
}
