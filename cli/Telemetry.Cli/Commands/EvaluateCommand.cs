using System.CommandLine;
using System.Text;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Training;
using Telemetry.Lab.Training;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry evaluate</c>: scores the model beside its baselines on runs that it never saw.</summary>
internal static class EvaluateCommand
{
    private static readonly string[] s_topologies = ["fattree-4", "leafspine-3x4", "random"];

    public static Command Create()
    {
        Option<string[]> topologies = new("--topologies")
        {
            Description = "Topologies to score on",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => s_topologies,
        };
        Option<int> seeds = new("--seeds") { Description = "Runs of each topology", DefaultValueFactory = _ => 3 };
        Option<int> firstSeed = new("--first-seed") { Description = "Seed of the first run", DefaultValueFactory = _ => 9000 };
        Option<double> seconds = new("--seconds") { Description = "Virtual seconds of each run", DefaultValueFactory = _ => 60 };
        Option<string?> model = new("--model") { Description = "Folder with congestion.zip and congestion.json; the shipped model by default" };
        Option<string?> program = new("--program") { Description = "Compiled P4 program: folder or JSON; p4/int by default" };
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Command command = new("evaluate", "Score the congestion model beside its baselines on labelled virtual runs")
        {
            topologies, seeds, firstSeed, seconds, model, program, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            DetectorSet set = Load(parsed.GetValue(model));
            ulong[] runSeeds = [.. Enumerable.Range(parsed.GetValue(firstSeed), parsed.GetValue(seeds)).Select(s => (ulong)s)];
            IReadOnlyList<LabelledSample> rows = TrainingData.Generate(
                parsed.GetRequiredValue(topologies), runSeeds, parsed.GetValue(seconds), parsed.GetValue(program),
                Console.Error.WriteLine, cancellation);
            Evaluation evaluation = Evaluator.Compare(set, rows);
            string text = parsed.GetValue(json) ? Encoding.UTF8.GetString(evaluation.ToJson()) : evaluation.ToMarkdown();
            await Console.Out.WriteAsync(text).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static DetectorSet Load(string? folder)
    {
        if (folder is null)
        {
            return DetectorSet.LoadShipped();
        }

        using FileStream model = File.OpenRead(Path.Combine(folder, "congestion.zip"));
        using FileStream card = File.OpenRead(Path.Combine(folder, "congestion.json"));
        return DetectorSet.Load(model, card);
    }
}
