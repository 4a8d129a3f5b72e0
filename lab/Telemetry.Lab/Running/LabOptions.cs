using Telemetry.Controller.App;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Scenarios.Files;

namespace Telemetry.Lab.Running;

/// <summary>What a lab runs.</summary>
public sealed record LabOptions
{
    /// <summary>Shortest run, seconds: the switches are programmed and their links probed before traffic starts.</summary>
    public const double MinSeconds = 3;

    /// <summary>Longest planned run, seconds: a scenario is planned whole before it starts.</summary>
    public const double MaxSeconds = 10_800;

    /// <summary>The network.</summary>
    public required Topology Topology { get; init; }

    /// <summary>One of <see cref="ScenarioCatalog.Names"/>, or the path of a scenario file; <c>steady</c> by default.</summary>
    public string Scenario { get; init; } = "steady";

    /// <summary>Of every random choice; 1 by default.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Length of the run, seconds, <see cref="MinSeconds"/> to <see cref="MaxSeconds"/>; 60 by default.</summary>
    public double Seconds { get; init; } = 60;

    /// <summary>Compiled P4 program: its folder or JSON; null looks for <c>p4/int</c> above the program and the current folder.</summary>
    public string? Program { get; init; }

    /// <summary>What INT sources insert, and what is reported; by default every packet of every flow, and nothing else.</summary>
    public IntOptions Telemetry { get; init; } = new();

    /// <summary>Plans the run instead of <see cref="Scenario"/>; null, the default, doesn't.</summary>
    internal Func<ScenarioContext, ScenarioPlan>? Plan { get; init; }

    /// <summary>Hears every report before its node does; null, the default, lets nobody.</summary>
    internal Action<SwitchNode, byte[]>? ReportTap { get; init; }

    /// <summary>False leaves the switches without program and entries, for a controller of the user's; true by default.</summary>
    public bool Controlled { get; init; } = true;

    /// <summary>Has alerts shift load between ports of equal cost; null, the default, doesn't.</summary>
    public ClosedLoopOptions? ClosedLoop { get; init; }

    /// <summary>File of the history, made when missing; null keeps it in memory.</summary>
    public string? HistoryFile { get; init; }

    /// <summary>How long switches and links may take to come up before traffic starts, seconds of the run; 10 by default.</summary>
    public double ConvergenceSeconds { get; init; } = 10;

    /// <summary>Checks everything that needs no program.</summary>
    /// <exception cref="LabException">Names every value that is out of its bounds.</exception>
    /// <exception cref="ScenarioFileException">The scenario file has faults; all are listed.</exception>
    public void Validate()
    {
        List<string> faults = [];
        if (!(Seconds is >= MinSeconds and <= MaxSeconds))
        {
            faults.Add($"{Seconds} seconds: {MinSeconds} to {MaxSeconds} expected");
        }

        if (!(ConvergenceSeconds is > 0 and <= 600))
        {
            faults.Add($"{ConvergenceSeconds} seconds for convergence: above 0 to 600 expected");
        }

        if (!ScenarioCatalog.Knows(Scenario))
        {
            faults.Add($"no scenario {Scenario}; known: {string.Join(", ", ScenarioCatalog.Names)}, or the path of a scenario file");
        }

        if (faults.Count > 0)
        {
            throw new LabException(string.Join("; ", faults));
        }

        if (ScenarioFile.IsPath(Scenario))
        {
            // Faults of a file are told before anything starts; traffic really begins a little after the start.
            ScenarioFile.Plan(Scenario, new ScenarioContext(Topology, Seed, 0, (long)(Seconds * 1e9)));
        }
    }
}
