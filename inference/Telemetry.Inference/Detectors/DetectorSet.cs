using System.Collections.Immutable;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Models;
using Telemetry.Inference.Trees;

namespace Telemetry.Inference.Detectors;

/// <summary>A model with its card, and the baselines beside it: makes detectors and monitors with the card's thresholds.</summary>
public sealed class DetectorSet
{
    private const string Resources = "Telemetry.Inference.Models.";

    private readonly TreeEnsemble _trees;

    private DetectorSet(TreeEnsemble trees, ModelCard card) => (_trees, Card) = (trees, card);

    /// <summary>Names of all detectors, the model first.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        TreeDetector.DetectorName, ThresholdDetector.DetectorName, EwmaDetector.DetectorName,
        CusumDetector.DetectorName, RobustZDetector.DetectorName, ConstantDetector.DetectorName,
    ];

    /// <summary>The model's card.</summary>
    public ModelCard Card { get; }

    /// <summary>Name of the detector that ships.</summary>
    public string Shipped => Card.Shipped;

    /// <summary>Loads the model that is embedded in this assembly.</summary>
    /// <exception cref="ModelException">The build embedded a damaged model.</exception>
    public static DetectorSet LoadShipped()
    {
        using Stream model = Resource("congestion.zip");
        using Stream card = Resource("congestion.json");
        return Load(model, card);
    }

    /// <summary>Loads a model and its card.</summary>
    /// <param name="model">The model file, as <c>Trainer.Fit</c> made it; read to its end.</param>
    /// <param name="card">The card as JSON; read to its end.</param>
    /// <exception cref="ModelException">One of them is damaged, or they do not belong together.</exception>
    public static DetectorSet Load(Stream model, Stream card)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(card);
        return Load(ReadAll(model), ModelCard.Parse(ReadAll(card)));
    }

    /// <summary>Takes a model that was just trained.</summary>
    /// <param name="model">Bytes of the model file.</param>
    /// <param name="card">Its card.</param>
    /// <exception cref="ModelException">The file is damaged, or card and file do not belong together.</exception>
    public static DetectorSet Load(byte[] model, ModelCard card)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(card);
        TreeEnsemble trees = ModelFile.Read(model);
        if (ModelFile.Fingerprint(model) != card.ModelSha256)
        {
            throw new ModelException(
                $"the model card is of another model: it says {card.ModelSha256}, the file has {ModelFile.Fingerprint(model)}");
        }

        return trees.FeatureCount == Features.PortFeatures.Count && card.Features.Select(f => f.Name).SequenceEqual(Features.PortFeatures.Names)
            ? new DetectorSet(trees, card)
            : throw new ModelException("the model was trained on other features than this program computes: train it anew");
    }

    /// <summary>A new detector without a past, with its frozen window threshold.</summary>
    /// <exception cref="ArgumentException">No detector has that name.</exception>
    public IPortDetector Create(string name) => Names.Contains(name)
        ? Create(name, _trees, Card.BaseRate, Card.Thresholds[name].Window)
        : throw new ArgumentException($"no detector is called {name}; known are {string.Join(", ", Names)}", nameof(name));

    /// <summary>A new detector of the kind that ships.</summary>
    public IPortDetector CreateShipped() => Create(Shipped);

    /// <summary>The frozen alert thresholds of the detector that ships.</summary>
    public AlertOptions ShippedAlerts => Card.Thresholds[Shipped].ToAlertOptions();

    /// <summary>A new monitor (detector and alert tracker) with the shipped detector and its frozen thresholds.</summary>
    public CongestionMonitor CreateMonitor() => CreateMonitor(Shipped);

    /// <summary>A new monitor with a detector by name and its frozen thresholds.</summary>
    /// <exception cref="ArgumentException">No detector has that name.</exception>
    public CongestionMonitor CreateMonitor(string name) => new(Create(name), Card.Thresholds[name].ToAlertOptions());

    internal static IPortDetector Create(string name, TreeEnsemble trees, double baseRate, double threshold) => name switch
    {
        TreeDetector.DetectorName => new TreeDetector(trees, threshold),
        ThresholdDetector.DetectorName => new ThresholdDetector(threshold),
        EwmaDetector.DetectorName => new EwmaDetector(threshold),
        CusumDetector.DetectorName => new CusumDetector(threshold),
        RobustZDetector.DetectorName => new RobustZDetector(threshold),
        ConstantDetector.DetectorName => new ConstantDetector(baseRate, threshold),
        _ => throw new ArgumentException($"no detector is called {name}", nameof(name)),
    };

    private static Stream Resource(string name) =>
        typeof(DetectorSet).Assembly.GetManifestResourceStream(Resources + name)
        ?? throw new ModelException($"this build embeds no {name}");

    private static byte[] ReadAll(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
