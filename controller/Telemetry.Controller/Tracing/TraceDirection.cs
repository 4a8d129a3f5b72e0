namespace Telemetry.Controller.Tracing;

/// <summary>Which way a message went.</summary>
public enum TraceDirection
{
    /// <summary>From the controller to the switch.</summary>
    ToSwitch,

    /// <summary>From the switch to the controller.</summary>
    FromSwitch,
}
