namespace Telemetry.Controller.Discovery;

/// <summary>What a controller can say of the links of a switch.</summary>
internal enum Reach
{
    /// <summary>It cannot send or receive probes there, and that says nothing of the links.</summary>
    Unjudged,

    /// <summary>It is primary there: probes tell.</summary>
    Probed,

    /// <summary>The switch does not answer; its links count as lost.</summary>
    Gone,
}
