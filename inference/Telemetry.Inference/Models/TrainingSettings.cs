namespace Telemetry.Inference.Models;

/// <summary>How a model was trained.</summary>
/// <param name="Trainer">Algorithm and library.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Trees">Trees.</param>
/// <param name="Leaves">Leaves of a tree, at most.</param>
/// <param name="RowsPerLeaf">Rows that a leaf holds at least.</param>
/// <param name="LearningRate">Step of the boosting.</param>
public sealed record TrainingSettings(
    string Trainer, int Seed, int Trees, int Leaves, int RowsPerLeaf, double LearningRate);
