namespace Telemetry.Inference.Training;

/// <summary>What a run is used for.</summary>
internal enum DataPart
{
    Train,
    Validation,
    Test,
}
