using System.CommandLine;
using Telemetry.Collector.History;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Reporting;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Topologies;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry lab</c>: fabric, controller, collectors, inference and terminal UI together.</summary>
internal static partial class LabCommand
{
    private const string DefaultTopology = "leafspine-2x4";

    private static readonly Option<string> s_topology = new("--topology")
    {
        Description = $"A built-in ({string.Join(", ", BuiltInTopologies.Names)}) or a topology file",
    };

    private static readonly Option<string> s_scenario = new("--scenario")
    {
        Description = $"What happens: {string.Join(", ", ScenarioCatalog.Names)}",
        DefaultValueFactory = _ => "incast",
    };

    private static readonly Option<ulong> s_seed = new("--seed") { Description = "Of every random choice", DefaultValueFactory = _ => 1 };

    private static readonly Option<double?> s_seconds = new("--seconds")
    {
        Description = "Length of the run; 60 headless, until you quit with the terminal UI",
    };

    private static readonly Option<bool> s_virtual = new("--virtual") { Description = "Virtual time: hours take minutes, the same seed gives the same bytes (headless)" };
    private static readonly Option<bool> s_headless = new("--headless") { Description = "No terminal UI" };
    private static readonly Option<bool> s_json = new("--json") { Description = "End with one JSON document on standard output (headless)" };
    private static readonly Option<string?> s_program = new("--program") { Description = "Compiled P4 program: folder or JSON; p4/int by default" };
    private static readonly Option<string?> s_history = new("--history") { Description = "DuckDB file for the history; in memory by default" };

    public static Command Create()
    {
        s_topology.DefaultValueFactory = _ => DefaultTopology;
        Command command = new("lab", "Run a fabric of P4 switches with the whole telemetry chain (the main job)")
        {
            s_topology, s_scenario, s_seed, s_seconds, s_virtual, s_headless, s_json, s_program, s_history,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        LabOptions options = new()
        {
            Topology = TopologyCatalog.Load(parsed.GetRequiredValue(s_topology)),
            Scenario = parsed.GetRequiredValue(s_scenario),
            Seed = parsed.GetValue(s_seed),
            Seconds = parsed.GetValue(s_seconds) ?? 60,
            Program = parsed.GetValue(s_program),
            HistoryFile = parsed.GetValue(s_history),
        };
        options.Validate();
        return parsed.GetValue(s_virtual) ? RunVirtualAsync(parsed, options, cancellation) : throw new CommandException("only --virtual yet");
    }

    private static async Task<int> RunVirtualAsync(ParseResult parsed, LabOptions options, CancellationToken cancellation)
    {
        DetectorSet detectors = DetectorSet.LoadShipped();
        using IHistoryStore store = options.HistoryFile is { } file ? DuckDbHistoryStore.Open(file) : DuckDbHistoryStore.InMemory();
        LabResult result = VirtualLab.Run(options, store, detectors.CreateShipped(), detectors.ShippedAlerts, cancellation);
        if (parsed.GetValue(s_json))
        {
            await using Stream output = Console.OpenStandardOutput();
            await output.WriteAsync(LabReport.ToUtf8(result), cancellation).ConfigureAwait(false);
        }

        return 0;
    }
}
