using System.Text;
using Microsoft.ML.Trainers.FastTree;
using Telemetry.Inference.Models;

namespace Telemetry.Inference.Trees;

internal sealed partial class TreeEnsemble
{
    private const uint Magic = 0x31455454; // "TTE1", little-endian
    private const int Limit = 1 << 20;

    private TreeEnsemble(
        int featureCount, int[] roots, int[] feature, float[] threshold, int[] left, int[] right, double[] leaves,
        double[] expected, (double Slope, double Offset) calibration)
    {
        FeatureCount = featureCount;
        Calibration = calibration;
        (_roots, _feature, _threshold, _left, _right) = (roots, feature, threshold, left, right);
        (_leaves, _expected) = (leaves, expected);
    }

    /// <summary>Flattens ML.NET's trees; weights go into the leaves, the bias into those of the first tree.</summary>
    /// <param name="featureCount">Length of a row.</param>
    /// <param name="model">The trained trees.</param>
    /// <param name="calibration">Slope and offset of the logistic calibration.</param>
    /// <param name="rows">Training rows, <paramref name="featureCount"/> values each, that weigh the leaves against each other.</param>
    public static TreeEnsemble From(
        int featureCount, RegressionTreeEnsemble model, (double Slope, double Offset) calibration, IReadOnlyList<float[]> rows)
    {
        List<int> roots = [], feature = [], left = [], right = [];
        List<float> threshold = [];
        List<double> leaves = [];
        for (int t = 0; t < model.Trees.Count; t++)
        {
            RegressionTree tree = model.Trees[t];
            int firstNode = feature.Count;
            int firstLeaf = leaves.Count;
            roots.Add(tree.NumberOfNodes > 0 ? firstNode : ~firstLeaf);
            for (int n = 0; n < tree.NumberOfNodes; n++)
            {
                feature.Add(tree.NumericalSplitFeatureIndexes[n]);
                threshold.Add(tree.NumericalSplitThresholds[n]);
                left.Add(Child(tree.LeftChild[n]));
                right.Add(Child(tree.RightChild[n]));
            }

            leaves.AddRange(tree.LeafValues.Select(value => value * model.TreeWeights[t] + (t == 0 ? model.Bias : 0)));

            int Child(int index) => index >= 0 ? firstNode + index : ~(firstLeaf + ~index);
        }

        var ensemble = new TreeEnsemble(
            featureCount, [.. roots], [.. feature], [.. threshold], [.. left], [.. right], [.. leaves],
            new double[feature.Count], calibration);
        ensemble.Weigh(rows);
        return ensemble;
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote, and checks that every walk through it ends at a leaf and that a higher score
    /// means a higher probability.
    /// </summary>
    /// <exception cref="ModelException">It is not such a stream, is cut short, or does not hold together.</exception>
    public static TreeEnsemble Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadUInt32() != Magic)
            {
                throw new ModelException("the model's trees are not in a known format");
            }

            int featureCount = Length(reader);
            (double, double) calibration = (reader.ReadDouble(), reader.ReadDouble());
            int[] roots = Array(reader, r => r.ReadInt32());
            int[] feature = Array(reader, r => r.ReadInt32());
            float[] threshold = Array(reader, r => r.ReadSingle());
            int[] left = Array(reader, r => r.ReadInt32());
            int[] right = Array(reader, r => r.ReadInt32());
            double[] expected = Array(reader, r => r.ReadDouble());
            double[] leaves = Array(reader, r => r.ReadDouble());
            var ensemble = new TreeEnsemble(featureCount, roots, feature, threshold, left, right, leaves, expected, calibration);
            ensemble.Check();
            return ensemble;
        }
        catch (EndOfStreamException e)
        {
            throw new ModelException("the model's trees are cut short", e);
        }
        catch (InvalidDataException e)
        {
            throw new ModelException($"the model's trees cannot be unpacked: {e.Message}", e);
        }
    }

    /// <summary>Writes the ensemble in a format of its own, little-endian.</summary>
    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(FeatureCount);
        writer.Write(Calibration.Slope);
        writer.Write(Calibration.Offset);
        Put(_roots, writer.Write);
        Put(_feature, writer.Write);
        Put(_threshold, writer.Write);
        Put(_left, writer.Write);
        Put(_right, writer.Write);
        Put(_expected, writer.Write);
        Put(_leaves, writer.Write);

        void Put<T>(T[] values, Action<T> write)
        {
            writer.Write(values.Length);
            System.Array.ForEach(values, write);
        }
    }

    private static int Length(BinaryReader reader) =>
        reader.ReadInt32() is >= 0 and <= Limit and int length
            ? length
            : throw new ModelException("the model's trees are damaged: a length is out of bounds");

    private static T[] Array<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var values = new T[Length(reader)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = read(reader);
        }

        return values;
    }

    private void Check()
    {
        int nodes = _feature.Length;
        bool whole = _threshold.Length == nodes && _left.Length == nodes && _right.Length == nodes && _expected.Length == nodes
            && double.IsNegative(Calibration.Slope) && double.IsFinite(Calibration.Slope) && double.IsFinite(Calibration.Offset)
            && _roots.All(root => IsNodeAfter(-1, root))
            && _feature.All(feature => feature >= 0 && feature < FeatureCount)
            && _leaves.All(double.IsFinite);

        // Children come after their parent, so no walk can go in circles.
        for (int n = 0; whole && n < nodes; n++)
        {
            whole = IsNodeAfter(n, _left[n]) && IsNodeAfter(n, _right[n]);
        }

        if (!whole)
        {
            throw new ModelException("the model's trees are damaged: an index or a number is out of bounds");
        }

        bool IsNodeAfter(int node, int next) => next >= 0 ? next > node && next < nodes : ~next < _leaves.Length;
    }

    private void Weigh(IReadOnlyList<float[]> rows)
    {
        var sums = new double[_feature.Length];
        var counts = new long[_feature.Length];
        var path = new List<int>();
        foreach (float[] row in rows)
        {
            foreach (int root in _roots)
            {
                path.Clear();
                int node = root;
                while (node >= 0)
                {
                    path.Add(node);
                    node = row[_feature[node]] <= _threshold[node] ? _left[node] : _right[node];
                }

                foreach (int passed in path)
                {
                    sums[passed] += _leaves[~node];
                    counts[passed]++;
                }
            }
        }

        // From the end, so that children are known before a parent that no row reached needs them.
        for (int n = _feature.Length - 1; n >= 0; n--)
        {
            _expected[n] = counts[n] > 0 ? sums[n] / counts[n] : (Expected(_left[n]) + Expected(_right[n])) / 2;
        }
    }
}
