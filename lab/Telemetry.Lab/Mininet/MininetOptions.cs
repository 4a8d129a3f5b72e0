namespace Telemetry.Lab.Mininet;

/// <summary>How a lab is built in Mininet.</summary>
public sealed record MininetOptions
{
    /// <summary>What runs switches whose topology names no target.</summary>
    public SwitchTarget Target { get; init; } = SwitchTarget.Soft;

    /// <summary>What starts the program <c>telemetry</c>, up to the name of a command.</summary>
    public required IReadOnlyList<string> Program { get; init; }

    /// <summary>What starts BMv2, up to its own options.</summary>
    public IReadOnlyList<string> Bmv2Command { get; init; } = ["simple_switch_grpc"];

    /// <summary>Absolute path of the folder with the Python package <c>telemetry_mininet</c>.</summary>
    public required string PackageFolder { get; init; }

    /// <summary>Absolute path of a folder for the plan and the logs; it exists.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Absolute path of a folder for one capture a link; null captures nothing. It exists.</summary>
    public string? PcapFolder { get; init; }

    /// <summary>IPv4 address that reports are sent to; carried by the outer end of each switch's report link.</summary>
    public string CollectorAddress { get; init; } = "10.255.255.254";

    /// <summary>MAC address of those ends.</summary>
    public string CollectorMac { get; init; } = "02:54:4d:00:00:01";

    /// <summary>P4Runtime device id of the switch with node id 1, from which the others' follow; a controller of the lab's own expects 1.</summary>
    public int FirstDeviceId { get; init; } = 1;

    /// <summary>Switch port of the report link.</summary>
    public int ReportPort { get; init; } = 500;

    /// <summary>Switch port of the controller.</summary>
    public int CpuPort { get; init; } = 510;
}
