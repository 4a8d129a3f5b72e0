namespace Telemetry.Lab.Mininet;

/// <summary>How a lab is built in Mininet.</summary>
public sealed record MininetOptions
{
    /// <summary>What starts a switch, up to its own options: program and first arguments.</summary>
    public required IReadOnlyList<string> SwitchCommand { get; init; }

    /// <summary>True when <see cref="SwitchCommand"/> takes <c>--queue-rate</c> and <c>--queue-depth</c> (the embedded switch does).</summary>
    public required bool SwitchTakesQueues { get; init; }

    /// <summary>Absolute path of the folder with the Python package <c>telemetry_mininet</c>.</summary>
    public required string PackageFolder { get; init; }

    /// <summary>Absolute path of a folder for the plan and the logs; it exists.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>IPv4 address that reports are sent to; carried by the outer end of each switch's report link.</summary>
    public string CollectorAddress { get; init; } = "10.255.255.254";

    /// <summary>MAC address of those ends.</summary>
    public string CollectorMac { get; init; } = "02:54:4d:00:00:01";

    /// <summary>Switch port of the report link.</summary>
    public int ReportPort { get; init; } = 500;

    /// <summary>Switch port of the controller.</summary>
    public int CpuPort { get; init; } = 510;
}
