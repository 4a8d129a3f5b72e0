using Telemetry.Controller.Client;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Tracing;

namespace Telemetry.Controller.Shell;

/// <summary>What a shell works with.</summary>
public sealed record ShellOptions
{
    /// <summary>Connects with an election id; 0 only observes.</summary>
    public required Func<UInt128, CancellationToken, Task<P4Switch>> Connect { get; init; }

    /// <summary>Loads a program by its name or path.</summary>
    public required Func<string, P4Program> LoadProgram { get; init; }

    /// <summary>Program that the switch is expected to run; null takes the one that it has.</summary>
    public P4Program? Program { get; init; }

    /// <summary>Election id of writes; 1 by default.</summary>
    public UInt128 ElectionId { get; init; } = 1;

    /// <summary>JSON instead of tables, for every command.</summary>
    public bool Json { get; init; }

    /// <summary>Nothing is changed, by any command.</summary>
    public bool DryRun { get; init; }

    /// <summary>Sees all messages of both connections.</summary>
    public TraceTap Trace { get; init; } = new();

    /// <summary>Clock of waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
