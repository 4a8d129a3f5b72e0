using Telemetry.Controller.Hosts;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;

namespace Telemetry.Controller.App;

/// <summary>What a controller installs and how it watches links.</summary>
public sealed record ControllerOptions
{
    /// <summary>Program of every switch that names none itself; null when all do.</summary>
    public P4Program? Program { get; init; }

    /// <summary>Election id that this controller claims, at least 1; the highest one of a switch's clients is primary.</summary>
    public UInt128 ElectionId { get; init; } = 1;

    /// <summary>Where switches send telemetry reports; null installs no INT.</summary>
    public ReportOptions? Report { get; init; }

    /// <summary>Learns hosts from ARP and neighbour discovery, answers for them and routes to them; null leaves that alone.</summary>
    public HostOptions? Hosts { get; init; }

    /// <summary>
    /// How often each switch is asked whether it still has what was installed; null, the default, never. At least 100 ms.
    /// </summary>
    public TimeSpan? DriftCheck { get; init; }

    /// <summary>Leaves what other clients changed as it is, and only tells; otherwise it is corrected. False by default.</summary>
    public bool KeepDrift { get; init; }

    /// <summary>INT source, instruction and watchlist settings.</summary>
    public IntOptions Telemetry { get; init; } = new();

    /// <summary>Time between two probes of a link direction; one in doubt is probed five times as often. 100 ms by default.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Probes lost in a row, or intervals without a stream to a switch, that make a link down; 3 by default.</summary>
    public int ProbesMissedForDown { get; init; } = 3;

    /// <summary>Probes in a row in both directions that make a link up; 3 by default.</summary>
    public int ProbesGoodForUp { get; init; } = 3;

    /// <summary>
    /// Intervals in a row after which a switch counts as lost that answers nothing while others answer, and a link without
    /// a probe whose switches send no echoes; 8 by default: a busy machine delays processes by some 300 ms.
    /// </summary>
    public int IntervalsSilentForLost { get; init; } = 8;

    /// <summary>
    /// What a probe may take, besides its link's delay and two frames' time, after its switch has put it out; a later one is
    /// taken for lost until it comes. 30 ms by default: a processor that others use, too, leaves a switch that long between two
    /// things that it does.
    /// </summary>
    public TimeSpan ProbeSlack { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>
    /// Has switches leave out ports that are down by themselves, with backups for where that leaves no way; true by default.
    /// Where a target does not, the controller's own routes follow.
    /// </summary>
    public bool WatchPorts { get; init; } = true;

    /// <summary>Has alerts shift load between ports of equal cost; null, the default, lets nothing but links decide.</summary>
    public ClosedLoopOptions? ClosedLoop { get; init; }

    /// <summary>Secret that signs probes, any length above 0; probes signed by another are ignored. Random when null.</summary>
    public byte[]? ProbeKey { get; init; }

    /// <summary>How long a switch may take to connect at first before its links count as down; 3 s by default.</summary>
    public TimeSpan ConnectGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Wait before the first reconnect; doubles up to <see cref="BackoffMaximum"/>. 100 ms by default.</summary>
    public TimeSpan BackoffMinimum { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between two reconnects; 5 s by default.</summary>
    public TimeSpan BackoffMaximum { get; init; } = TimeSpan.FromSeconds(5);
}
