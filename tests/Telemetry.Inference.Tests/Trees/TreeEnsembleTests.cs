using Microsoft.ML;
using Microsoft.ML.Data;
using Telemetry.Inference.Features;
using Telemetry.Inference.Models;
using Telemetry.Inference.Tests.Synthetic;
using Telemetry.Inference.Training;
using Telemetry.Inference.Trees;

namespace Telemetry.Inference.Tests.Trees;

public sealed class TreeEnsembleTests
{
    private static readonly byte[] Bytes = Write(ModelFile.Read(TrainedModel.Result.Model));

    [Fact]
    public void Probability_EveryRow_EqualsPredictionEngine()
    {
        TreeEnsemble trees = ModelFile.Read(TrainedModel.Result.Model);
        var context = new MLContext(1);
        using var stream = new MemoryStream(TrainedModel.Result.Model);
        using PredictionEngine<FeatureRow, Prediction> engine =
            context.Model.CreatePredictionEngine<FeatureRow, Prediction>(context.Model.Load(stream, out _));
        var prediction = new Prediction();
        var seen = new HashSet<float>();
        foreach (float[] row in Rows())
        {
            engine.Predict(new FeatureRow { Features = row }, ref prediction);
            Assert.Equal(prediction.Score, trees.Score(row), 1e-5 * Math.Max(1, Math.Abs(prediction.Score)));
            Assert.Equal(prediction.Probability, trees.Probability(row), 1e-5);
            seen.Add(prediction.Probability);
        }

        Assert.True(seen.Count > 100);
    }

    [Fact]
    public void Contributions_EveryRow_AddUpToTheScore()
    {
        TreeEnsemble trees = ModelFile.Read(TrainedModel.Result.Model);
        var contributions = new double[PortFeatures.Count];
        double? expected = null;
        foreach (float[] row in Rows())
        {
            trees.Contributions(row, contributions);
            double rest = trees.Score(row) - contributions.Sum();
            Assert.Equal(expected ??= rest, rest, 1e-9);
        }
    }

    [Fact]
    public void Read_Written_SameBytes() => Assert.Equal(Bytes, Write(TreeEnsemble.Read(new MemoryStream(Bytes))));

    [Fact]
    public void Read_CutShort_ModelException()
    {
        for (int length = 0; length < Bytes.Length; length += length < 200 ? 1 : 997)
        {
            Assert.Throws<ModelException>(() => TreeEnsemble.Read(new MemoryStream(Bytes, 0, length)));
        }
    }

    [Fact]
    public void Read_Damaged_ModelExceptionOrStillScores()
    {
        var random = new Random(11);
        var row = new float[PortFeatures.Count];
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. Bytes];
            damaged[random.Next(i % 2 == 0 ? 64 : damaged.Length)] ^= (byte)(1 + random.Next(255));
            try
            {
                var trees = TreeEnsemble.Read(new MemoryStream(damaged));
                Assert.InRange(trees.Probability(new float[trees.FeatureCount]), 0, 1);
            }
            catch (ModelException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 50, 300);
    }

    private static IEnumerable<float[]> Rows()
    {
        foreach (float[] row in Trainer.Features(new LabelledSet(TrainedModel.Rows.Where(r => r.Run.Seed == 1))))
        {
            yield return row;
        }

        var random = new Random(2);
        for (int i = 0; i < 500; i++)
        {
            var row = new float[PortFeatures.Count];
            for (int f = 0; f < row.Length; f++)
            {
                row[f] = random.Next(10) == 0 ? PortFeatures.Missing : (float)(random.NextDouble() * 2 - 0.5);
            }

            yield return row;
        }
    }

    private static byte[] Write(TreeEnsemble trees)
    {
        using var stream = new MemoryStream();
        trees.Write(stream);
        return stream.ToArray();
    }

    private sealed class Prediction
    {
        public float Score { get; set; }

        public float Probability { get; set; }
    }
}
