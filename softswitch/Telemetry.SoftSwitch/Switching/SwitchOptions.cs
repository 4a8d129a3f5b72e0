using Telemetry.SoftSwitch.Ports;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>What distinguishes one switch from another that runs the same program.</summary>
public sealed record SwitchOptions
{
    /// <summary>Most threads that one switch processes packets with.</summary>
    public const int MaxWorkers = 64;

    /// <summary>Threads that process packets in real time, 1 to <see cref="MaxWorkers"/>; 1 by default, and in virtual time always.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Name in logs and errors.</summary>
    public required string Name { get; init; }

    /// <summary>P4Runtime device id; 0 by default.</summary>
    public ulong DeviceId { get; init; }

    /// <summary>Port whose frames go to and come from the P4Runtime stream, 0 to 511; 510 by default, -1 for none.</summary>
    public int CpuPort { get; init; } = 510;

    /// <summary>Egress port that drops, 0 to 511; 511 by default, as in BMv2.</summary>
    public int DropPort { get; init; } = 511;

    /// <summary>Sees queues and frames; none by default.</summary>
    public ISwitchObserver? Observer { get; init; }

    /// <summary>Ports by the names that a controller may give them in translated types; none by default.</summary>
    public IReadOnlyDictionary<string, int> PortNames { get; init; } = new Dictionary<string, int>();

    /// <summary>Seed of the program's random numbers; 1 by default.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Receives the lines that the program writes with log_msg, assert and assume; none by default.</summary>
    public Action<string>? ProgramLog { get; init; }
}
