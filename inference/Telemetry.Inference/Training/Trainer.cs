using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Telemetry.Inference.Detectors;
using Telemetry.Inference.Features;
using Telemetry.Inference.Models;
using Telemetry.Inference.Trees;

namespace Telemetry.Inference.Training;

/// <summary>Fits the congestion model, tunes every detector's thresholds, and scores all of them on unseen runs.</summary>
public static class Trainer
{
    private const string Label = "a port's window overlaps an episode of congestion: queue at 70 % of its capacity or more for 100 ms or longer";
    private const int ImportanceRows = 20_000;

    /// <summary>
    /// Trains on one part of the runs, tunes thresholds on the second, scores on the third. Deterministic: the same rows
    /// and options give the same verdicts (the file's bytes differ, because ML.NET writes times into its zip).
    /// </summary>
    /// <param name="rows">Labelled windows of many runs, in any order.</param>
    /// <param name="options">Seed, size and split.</param>
    /// <exception cref="ArgumentException">An option is out of bounds, or a part of the data lacks congested or quiet windows.</exception>
    public static FitResult Fit(IReadOnlyList<LabelledSample> rows, TrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        bool bySeed = options.SplitsBySeed(rows.Select(row => row.Run).Distinct());
        ILookup<DataPart, LabelledSample> parts = rows.ToLookup(row => options.PartOf(row.Run, bySeed));
        LabelledSet train = Part(DataPart.Train), validation = Part(DataPart.Validation), test = Part(DataPart.Test);

        float[][] features = Features(train);
        (TreeEnsemble trees, byte[] file) = FitTrees(train, features, options);
        double baseRate = (double)train.Positives / train.Rows.Length;

        var comparison = new Comparison(test, options.Resamples, options.Seed);
        var thresholds = new SortedDictionary<string, DetectorThresholds>(StringComparer.Ordinal);
        List<DetectorMetrics> metrics = [];
        foreach (string name in DetectorSet.Names)
        {
            Func<IPortDetector> create = () => DetectorSet.Create(name, trees, baseRate, threshold: 0.5);
            thresholds[name] = Tuner.Tune(validation, Evaluator.Scores(create, validation));
            metrics.Add(comparison.Add(create, thresholds[name]));
        }

        ModelLead lead = comparison.ToEvaluation(TreeDetector.DetectorName).Lead
            ?? throw new InvalidOperationException("the model or the baselines were not scored");
        double[] importance = Importance(trees, test, options.Seed);
        return new FitResult(file, new ModelCard
        {
            Name = "congestion",
            Date = options.Date,
            Source = options.Source,
            Label = Label,
            Shipped = lead.Wins ? TreeDetector.DetectorName : lead.Baseline,
            ModelSha256 = ModelFile.Fingerprint(file),
            Settings = new TrainingSettings(
                $"FastTree of ML.NET {LibraryVersion()}",
                options.Seed, options.Trees, options.Leaves, options.RowsPerLeaf, options.LearningRate),
            Data = [Summary("train", train), Summary("validation", validation), Summary("test", test)],
            Features = [.. PortFeatures.Names.Select((name, i) => new FeatureSummary(name, PortFeatures.Meanings[i], importance[i]))],
            Thresholds = thresholds,
            Metrics = metrics,
            Lead = lead,
            BaseRate = baseRate,
        });

        LabelledSet Part(DataPart part)
        {
            var set = new LabelledSet(parts[part]);
            return set.Positives > 0 && set.Positives < set.Rows.Length
                ? set
                : throw new ArgumentException(
                    $"the {part.ToString().ToLowerInvariant()} part has {set.Rows.Length} windows of {set.Runs.Count} runs, "
                    + $"{set.Positives} of them congested: each part needs both kinds", nameof(rows));
        }
    }

    /// <summary>Feature rows of a set, in its order.</summary>
    internal static float[][] Features(LabelledSet set)
    {
        var rows = new float[set.Rows.Length][];
        foreach (LabelledSet.Run run in set.Runs)
        {
            var states = new PerPort<PortState>();
            for (int i = run.First; i < run.First + run.Count; i++)
            {
                rows[i] = new float[PortFeatures.Count];
                states[set.Rows[i].Sample.Port].Update(set.Rows[i].Sample, rows[i]);
            }
        }

        return rows;
    }

    private static (TreeEnsemble Trees, byte[] File) FitTrees(LabelledSet train, float[][] features, TrainOptions options)
    {
        var context = new MLContext(options.Seed);
        IDataView view = context.Data.LoadFromEnumerable(
            train.Rows.Select((row, i) => new FeatureRow { Features = features[i], Label = row.Congested }));
        BinaryPredictionTransformer<CalibratedModelParametersBase<FastTreeBinaryModelParameters, PlattCalibrator>> model =
            context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
            {
                LabelColumnName = nameof(FeatureRow.Label),
                FeatureColumnName = nameof(FeatureRow.Features),
                NumberOfTrees = options.Trees,
                NumberOfLeaves = options.Leaves,
                MinimumExampleCountPerLeaf = options.RowsPerLeaf,
                LearningRate = options.LearningRate,
                Seed = options.Seed,
                FeatureSelectionSeed = options.Seed,
                NumberOfThreads = 1,
            }).Fit(view);
        PlattCalibrator calibrator = model.Model.Calibrator;
        TreeEnsemble trees = TreeEnsemble.From(
            PortFeatures.Count, model.Model.SubModel.TrainedTreeEnsemble, (calibrator.Slope, calibrator.Offset), features);
        return (trees, ModelFile.Write(context, model, view.Schema, trees));
    }

    private static double[] Importance(TreeEnsemble trees, LabelledSet test, int seed)
    {
        // Every n-th row: PR-AUC over all of them for every feature would take most of the training's time.
        float[][] all = Features(test);
        int step = (all.Length + ImportanceRows - 1) / ImportanceRows;
        int[] picked = [.. Enumerable.Range(0, all.Length).Where(i => i % step == 0)];
        bool[] truth = [.. picked.Select(i => test.Rows[i].Congested)];
        var scores = new double[picked.Length];
        var row = new float[PortFeatures.Count];
        var order = new int[picked.Length];
        double whole = Area(-1);
        var lost = new double[PortFeatures.Count];
        for (int f = 0; f < lost.Length; f++)
        {
            order = [.. Enumerable.Range(0, picked.Length)];
            new Random(seed).Shuffle(order);
            lost[f] = whole - Area(f);
        }

        return lost;

        double Area(int shuffled)
        {
            for (int i = 0; i < picked.Length; i++)
            {
                all[picked[i]].CopyTo(row, 0);
                if (shuffled >= 0)
                {
                    row[shuffled] = all[picked[order[i]]][shuffled];
                }

                scores[i] = trees.Score(row);
            }

            return WindowMetrics.AveragePrecision(WindowMetrics.Descending(scores), scores, truth, []);
        }
    }

    private static string LibraryVersion() => typeof(FastTreeBinaryTrainer).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', '-')[0] ?? "unknown";

    private static DataSummary Summary(string part, LabelledSet set) => new(
        part,
        [.. set.Runs.Select(run => run.Key.Topology).Distinct().Order(StringComparer.Ordinal)],
        [.. set.Runs.Select(run => run.Key.Seed).Distinct().Order()],
        set.Runs.Count,
        set.Rows.Length,
        set.Positives,
        set.Runs.Sum(run => run.Episodes.Count));
}
