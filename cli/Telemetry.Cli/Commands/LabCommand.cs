using System.CommandLine;
using Telemetry.Cli.Isolation;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.History;
using Telemetry.Controller.App;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Programs;
using Telemetry.Lab.Reporting;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Topologies;
using Telemetry.Lab.Truth;
using Telemetry.Tui;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry lab</c>: fabric, controller, collectors, inference and terminal UI together.</summary>
internal static partial class LabCommand
{
    private const string DefaultTopology = "leafspine-2x4";
    private const double HeadlessSeconds = 60;
    private const double WatchedSeconds = 3600;

    private static readonly Option<string> s_topology = new("--topology")
    {
        Description = $"A built-in ({string.Join(", ", BuiltInTopologies.Names)}) or a topology file",
        DefaultValueFactory = _ => DefaultTopology,
    };

    private static readonly Option<string> s_scenario = new("--scenario")
    {
        Description = $"What happens: {string.Join(", ", ScenarioCatalog.Names)} (--list describes them), or a scenario file (see lab/README.md)",
        DefaultValueFactory = _ => "incast",
    };

    private static readonly Option<string> s_switch = new("--switch")
    {
        Description = "soft, the embedded switch, or bmv2, simple_switch_grpc from the PATH (with --mininet)",
        DefaultValueFactory = _ => "soft",
    };

    private static readonly Option<ulong> s_seed = new("--seed") { Description = "Of every random choice", DefaultValueFactory = _ => 1 };

    private static readonly Option<double?> s_seconds = new("--seconds")
    {
        Description = $"Length of the run: {HeadlessSeconds} headless, {WatchedSeconds} or until you quit with the terminal UI",
    };

    private static readonly Option<bool> s_virtual = new("--virtual")
    {
        Description = "Virtual time: an hour takes minutes, the same seed gives the same bytes (with --headless)",
    };

    private static readonly Option<bool> s_mininet = new("--mininet") { Description = "Real hosts and links in Mininet (root)" };
    private static readonly Option<bool> s_headless = new("--headless") { Description = "No terminal UI" };
    private static readonly Option<bool> s_json = new("--json") { Description = "End with one JSON document on standard output (with --headless)" };
    private static readonly Option<string?> s_program = new("--program") { Description = "Compiled P4 program: folder, JSON, or the name of one that ships (basic, l2, int, int_mx, int_xd), or P4-16 source where p4c is on the PATH; int by default" };
    private static readonly Option<string?> s_history = new("--history") { Description = "DuckDB file for the history; in memory by default" };
    private static readonly Option<string?> s_run = new("--run")
    {
        Description = "Shell command that is the run (with --mininet): each host's name is a command that runs its arguments in that host",
    };

    private static readonly Option<bool> s_prompt = new("--prompt") { Description = "A shell in the lab instead of a scenario (with --mininet)" };
    private static readonly Option<bool> s_noController = new("--no-controller")
    {
        Description = "Leave the switches without program and entries, for a controller of yours: switch n serves P4Runtime on 127.0.0.1:50050+n (with --mininet)",
    };

    private static readonly Option<int> s_firstDeviceId = new("--first-device-id")
    {
        Description = "P4Runtime device id of the first switch (with --no-controller); controllers of the P4 tutorials expect 0",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> s_pcap = new("--pcap") { Description = "Folder for a capture a link (with --mininet)" };
    private static readonly Option<bool> s_clean = new("--clean") { Description = "Remove what labs that were killed left, and do nothing else" };
    private static readonly Option<bool> s_closedLoop = new("--closed-loop") { Description = "Alerts shift load between ways of equal cost, and back" };
    private static readonly Option<bool> s_list = new("--list") { Description = "Print the built-in topologies and scenarios, and do nothing else" };
    private static readonly Option<bool> s_check = new("--check")
    {
        Description = "Hold alerts against the truth at the end, and fail when one is missing or extra (with --headless)",
    };

    private static readonly Option<string?> s_log = new("--log") { Description = "File for log lines" };

    public static Command Create()
    {
        s_switch.AcceptOnlyFromAmong("soft", "bmv2");
        Command command = new("lab", "Run a fabric of P4 switches with the whole telemetry chain (the main job)")
        {
            s_topology, s_scenario, s_switch, s_seed, s_seconds, s_virtual, s_mininet, s_headless, s_json, s_program, s_history, s_log,
            s_run, s_prompt, s_noController, s_firstDeviceId, s_pcap, s_clean, s_closedLoop, s_list, s_check,
        };
        TelemetryArguments telemetry = new(command);
        command.Add(AttachCommand());
        command.Add(MatrixCommand());
        command.SetAction((parsed, cancellation) => RunAsync(parsed, telemetry, cancellation));
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, TelemetryArguments telemetry, CancellationToken cancellation)
    {
        if (parsed.GetValue(s_list))
        {
            Console.Out.Write(LabSummary.BuiltIns());
            return Task.FromResult(0);
        }

        if (parsed.GetValue(s_clean))
        {
            foreach (string line in LabFolder.Clean())
            {
                Console.Error.WriteLine($"telemetry: {line}");
            }

            return Task.FromResult(0);
        }

        bool prompt = parsed.GetValue(s_prompt) || parsed.GetValue(s_run) is not null;
        bool headless = parsed.GetValue(s_headless) || prompt;
        bool mininet = parsed.GetValue(s_mininet);
        if (parsed.GetValue(s_virtual) && (!headless || mininet))
        {
            throw new CommandException("--virtual needs --headless and cannot be combined with --mininet: nobody can watch a clock that jumps");
        }

        if (parsed.GetValue(s_check) && (!headless || prompt))
        {
            throw new CommandException("--check needs --headless and a scenario: only then is the truth known when the run ends");
        }

        if (parsed.GetValue(s_json) && !headless)
        {
            throw new CommandException("--json needs --headless: the terminal UI and a document do not share standard output");
        }

        if (parsed.GetRequiredValue(s_switch) == "bmv2" && !mininet)
        {
            throw new CommandException("--switch bmv2 needs --mininet: simple_switch_grpc forwards between network interfaces");
        }

        if (!mininet && (prompt || parsed.GetValue(s_noController) || parsed.GetValue(s_pcap) is not null))
        {
            throw new CommandException("--run, --prompt, --no-controller and --pcap need --mininet: only there are hosts with processes and interfaces");
        }

        if (parsed.GetValue(s_firstDeviceId) is var first && first != 1 && (!parsed.GetValue(s_noController) || first < 0))
        {
            throw new CommandException("--first-device-id needs --no-controller, and a number from 0: the lab's own controller counts from 1");
        }

        LabOptions options = new()
        {
            Topology = TopologyCatalog.Load(parsed.GetRequiredValue(s_topology)),
            Scenario = parsed.GetRequiredValue(s_scenario),
            Seed = parsed.GetValue(s_seed),
            Seconds = parsed.GetValue(s_seconds) ?? (headless ? HeadlessSeconds : WatchedSeconds),
            Program = parsed.GetValue(s_program),
            Telemetry = telemetry.Read(parsed),
            Controlled = !parsed.GetValue(s_noController),
            ClosedLoop = parsed.GetValue(s_closedLoop) ? new ClosedLoopOptions() : null,
            HistoryFile = parsed.GetValue(s_history),
        };
        options.Validate();
        if (!headless && TuiApp.TerminalFault() is { } fault)
        {
            throw new CommandException($"{fault}; --headless runs without it");
        }

        return mininet
            ? NamespaceRun.IsInside ? RunInsideAsync(parsed, options, cancellation) : RunOutsideAsync(options, cancellation)
            : RunEmbeddedAsync(parsed, options, cancellation);
    }

    private static async Task<int> RunEmbeddedAsync(ParseResult parsed, LabOptions options, CancellationToken cancellation)
    {
        string? folder = LabPrograms.HasSources(options) ? LabFolder.Create(isMininet: false) : null;
        try
        {
            options = folder is null ? options : await LabPrograms.CompileAsync(options, folder, cancellation).ConfigureAwait(false);
            LabPrograms.Check(options);
            return await (parsed.GetValue(s_virtual)
                ? RunVirtualAsync(parsed, options, cancellation)
                : RunLiveAsync(parsed, options, cancellation)).ConfigureAwait(false);
        }
        finally
        {
            if (folder is not null)
            {
                LabFolder.Remove(folder);
            }
        }
    }

    // Whatever is wrong with the files is said before there is any network.
    private static async Task<int> RunOutsideAsync(LabOptions options, CancellationToken cancellation)
    {
        NamespaceRun.CheckMachine();
        string folder = LabFolder.Create(isMininet: true);
        try
        {
            LabPrograms.Check(await LabPrograms.CompileAsync(options, folder, cancellation).ConfigureAwait(false));
        }
        catch
        {
            LabFolder.Remove(folder);
            throw;
        }

        return await NamespaceRun.RunAsync(Environment.GetCommandLineArgs()[1..], folder, cancellation).ConfigureAwait(false);
    }

    // What was compiled outside is in the run's folder.
    private static async Task<int> RunInsideAsync(ParseResult parsed, LabOptions options, CancellationToken cancellation) =>
        await RunLiveAsync(
            parsed, await LabPrograms.CompileAsync(options, LabFolder.OfThisRun, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    private static async Task<int> RunVirtualAsync(ParseResult parsed, LabOptions options, CancellationToken cancellation)
    {
        DetectorSet detectors = DetectorSet.LoadShipped();
        using IHistoryStore store = options.HistoryFile is { } file ? DuckDbHistoryStore.Open(file) : DuckDbHistoryStore.InMemory();
        LabResult result = VirtualLab.Run(options, store, detectors.CreateShipped(), detectors.ShippedAlerts, cancellation);
        await PrintAsync(parsed, result).ConfigureAwait(false);
        return CheckFailed(parsed, result) ? 1 : 0;
    }

    /// <summary>Says what alerts miss or have too much, where that was asked for.</summary>
    private static bool CheckFailed(ParseResult parsed, LabResult result)
    {
        if (!parsed.GetValue(s_check) || TruthCheck.Of(result) is not { Holds: false } check)
        {
            return false;
        }

        foreach (TruthEpisode missed in check.Missed)
        {
            Console.Error.WriteLine($"telemetry: no alert for {missed.Kind} at {missed.Entity} from {missed.StartNs / 1e9:F1} s");
        }

        foreach (Alert extra in check.Extra)
        {
            Console.Error.WriteLine($"telemetry: an alert without truth: {extra.Kind} at {extra.Entity} from {(extra.StartNs - result.StartNs) / 1e9:F1} s");
        }

        return true;
    }

    private static async Task PrintAsync(ParseResult parsed, LabResult result)
    {
        if (parsed.GetValue(s_json))
        {
            Stream output = Console.OpenStandardOutput();
            await using (output.ConfigureAwait(false))
            {
                await output.WriteAsync(LabReport.ToUtf8(result)).ConfigureAwait(false);
            }

            return;
        }

        await Console.Out.WriteAsync(LabSummary.Of(result)).ConfigureAwait(false);
    }
}
