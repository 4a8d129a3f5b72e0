using System.CommandLine;
using System.Globalization;
using Telemetry.Inference.Training;
using Telemetry.Lab.Training;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry train</c>: fits the congestion model on labelled virtual runs and writes it with its card.</summary>
internal static class TrainCommand
{
    private static readonly string[] s_train = ["linear", "star-6", "leafspine-2x2"];
    private static readonly string[] s_validate = ["ring-5", "tree"];
    private static readonly string[] s_test = ["fattree-4", "leafspine-3x4", "random"];

    public static Command Create()
    {
        Option<string[]> train = Topologies("--train", "Topologies to fit on", s_train);
        Option<string[]> validate = Topologies("--validate", "Topologies to tune thresholds on", s_validate);
        Option<string[]> test = Topologies("--score", "Topologies that only score", s_test);
        Option<int> seeds = new("--seeds") { Description = "Runs of each topology", DefaultValueFactory = _ => 4 };
        Option<int> firstSeed = new("--first-seed") { Description = "Seed of the first run", DefaultValueFactory = _ => 100 };
        Option<double> seconds = new("--seconds") { Description = "Virtual seconds of each run", DefaultValueFactory = _ => 60 };
        Option<string?> program = new("--program") { Description = "Compiled P4 program: folder or JSON; p4/int by default" };
        Option<string?> output = new("--output") { Description = "Folder for congestion.zip, .json and .md; the shipped model's by default" };
        Command command = new("train", "Fit the congestion model on labelled virtual runs and write its card")
        {
            train, validate, test, seeds, firstSeed, seconds, program, output,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = parsed.GetValue(output)
                ?? Path.Combine(Checkout.Root(), "inference", "Telemetry.Inference", "Models");
            Directory.CreateDirectory(folder);
            string[][] parts = [parsed.GetRequiredValue(train), parsed.GetRequiredValue(validate), parsed.GetRequiredValue(test)];
            ulong[] runSeeds = [.. Enumerable.Range(parsed.GetValue(firstSeed), parsed.GetValue(seeds)).Select(s => (ulong)s)];
            IReadOnlyList<LabelledSample> rows = TrainingData.Generate(
                [.. parts.SelectMany(p => p)], runSeeds, parsed.GetValue(seconds), parsed.GetValue(program),
                Console.Error.WriteLine, cancellation);
            await Console.Error.WriteLineAsync($"fitting on {rows.Count} windows").ConfigureAwait(false);
            FitResult fit = Trainer.Fit(rows, new TrainOptions
            {
                Date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                Source = $"virtual runs of the embedded lab, {parsed.GetValue(seconds)} s each, incast and steady",
                ValidationTopologies = parts[1],
                TestTopologies = parts[2],
            });
            await File.WriteAllBytesAsync(Path.Combine(folder, "congestion.zip"), fit.Model, cancellation).ConfigureAwait(false);
            await File.WriteAllBytesAsync(Path.Combine(folder, "congestion.json"), fit.Card.ToJson(), cancellation).ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(folder, "congestion.md"), fit.Card.ToMarkdown(), cancellation).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(fit.Card.ToMarkdown()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Option<string[]> Topologies(string name, string description, string[] usual) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => usual,
    };
}
