using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Telemetry.Lab.Live;
using Telemetry.Lab.Scenarios;

namespace Telemetry.Cli.Commands;

internal static partial class LabCommand
{
    private static readonly Option<string[]> s_matrixTopologies = new("--topologies")
    {
        Description = "Built-ins or topology files",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["linear", "leafspine-2x4", "star-4", "ring-4", "tree", "fattree-4", "random", "campus"],
    };

    private static readonly Option<string[]> s_matrixTargets = new("--targets")
    {
        Description = "soft, bmv2; by default soft, and bmv2 where simple_switch_grpc is on the PATH",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, "simple_switch_grpc"))) ? ["soft", "bmv2"] : ["soft"],
    };

    private static readonly Option<string[]> s_matrixScenarios = new("--scenarios")
    {
        Description = string.Join(", ", ScenarioCatalog.Names),
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["steady"],
    };

    private static readonly Option<double> s_matrixSeconds = new("--seconds") { Description = "Length of each run", DefaultValueFactory = _ => 15 };

    private static readonly Option<ulong> s_matrixSeed = new("--seed") { Description = "Of every random choice", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> s_matrixOut = new("--out") { Description = "Folder for each lab's JSON document: TOPOLOGY.TARGET.SCENARIO.json" };
    private static readonly Option<bool> s_matrixJson = new("--json") { Description = "One JSON document instead of the table" };

    private static Command MatrixCommand()
    {
        s_matrixTargets.AcceptOnlyFromAmong("soft", "bmv2");
        s_matrixScenarios.AcceptOnlyFromAmong([.. ScenarioCatalog.Names]);
        Command command = new("matrix", $"Run labs in Mininet one after another, each topology by each target by each scenario, and tell how far telemetry and truth agree. {LabMatrixCell.Rules}")
        {
            s_matrixTopologies, s_matrixTargets, s_matrixScenarios, s_matrixSeconds, s_matrixSeed, s_matrixOut, s_matrixJson,
        };
        command.SetAction(RunMatrixAsync);
        return command;
    }

    private static async Task<int> RunMatrixAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string? folder = parsed.GetValue(s_matrixOut) is { } path ? Directory.CreateDirectory(path).FullName : null;
        LabMatrixCell[] planned =
        [
            .. from topology in parsed.GetRequiredValue(s_matrixTopologies)
               from target in parsed.GetRequiredValue(s_matrixTargets)
               from scenario in parsed.GetRequiredValue(s_matrixScenarios)
               select new LabMatrixCell(topology, target, scenario),
        ];
        List<LabMatrixCell> done = [];
        foreach (LabMatrixCell cell in planned)
        {
            LabMatrixCell result = await RunCellAsync(parsed, cell, folder, cancellation).ConfigureAwait(false);
            Console.Error.WriteLine($"telemetry: {string.Join("  ", result.Cells())}");
            foreach (string line in result.Differences.Concat(result.Extra.Select(e => $"extra alert: {e}")))
            {
                Console.Error.WriteLine($"telemetry:   {line}");
            }

            done.Add(result);
        }

        if (parsed.GetValue(s_matrixJson))
        {
            WriteJson(parsed, done);
        }
        else
        {
            await TextTable.WriteFirstAsync([LabMatrixCell.Titles, .. done.Select(c => c.Cells())], Console.Out).ConfigureAwait(false);
        }

        return done.TrueForAll(c => c.IsRight) ? 0 : 1;
    }

    private static void WriteJson(ParseResult parsed, IReadOnlyList<LabMatrixCell> cells)
    {
        using Stream output = Console.OpenStandardOutput();
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("seed", parsed.GetValue(s_matrixSeed));
            json.WriteNumber("seconds", parsed.GetValue(s_matrixSeconds));
            json.WriteStartArray("labs");
            foreach (LabMatrixCell cell in cells)
            {
                cell.WriteTo(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static async Task<LabMatrixCell> RunCellAsync(ParseResult parsed, LabMatrixCell cell, string? folder, CancellationToken cancellation)
    {
        string host = Environment.ProcessPath ?? throw new CommandException("cannot tell where this program is");
        ProcessStartInfo start = new(host,
        [
            .. Path.GetFileNameWithoutExtension(host) == "dotnet" ? new[] { Path.Combine(AppContext.BaseDirectory, "telemetry.dll") } : [],
            "lab", "--mininet", "--topology", cell.Topology, "--switch", cell.Target, "--scenario", cell.Scenario,
            "--seconds", parsed.GetValue(s_matrixSeconds).ToString(CultureInfo.InvariantCulture),
            "--seed", parsed.GetValue(s_matrixSeed).ToString(CultureInfo.InvariantCulture), "--headless", "--json",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        long begun = Stopwatch.GetTimestamp();
        using Process lab = Process.Start(start) ?? throw new CommandException($"cannot start {host}");
        using CancellationTokenRegistration stop = cancellation.Register(lab.Kill); // a lab ends when whoever started it does
        Task<string> output = lab.StandardOutput.ReadToEndAsync(CancellationToken.None);
        string last = "";
        while (await lab.StandardError.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
        {
            last = line;
            if (line.Contains(LiveLab.Converged, StringComparison.Ordinal))
            {
                cell = cell with { StartSeconds = Stopwatch.GetElapsedTime(begun).TotalSeconds };
            }
        }

        await lab.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        string text = await output.ConfigureAwait(false);
        if (lab.ExitCode != 0 || text.Length == 0)
        {
            return cell with { Fault = last };
        }

        if (folder is not null)
        {
            string name = $"{Path.GetFileNameWithoutExtension(cell.Topology)}.{cell.Target}.{cell.Scenario}.json";
            await File.WriteAllTextAsync(Path.Combine(folder, name), text, cancellation).ConfigureAwait(false);
        }

        using JsonDocument document = JsonDocument.Parse(text);
        return cell.With(document.RootElement);
    }
}
