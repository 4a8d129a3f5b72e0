namespace Telemetry.Inference.Tests.Synthetic;

internal enum Traffic
{
    /// <summary>A constant load below the line rate.</summary>
    Steady,

    /// <summary>The same with brief bursts, incasts and spells of a load about the line rate.</summary>
    Bursty,
}
