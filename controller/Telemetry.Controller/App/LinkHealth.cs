namespace Telemetry.Controller.App;

/// <summary>What probes say of a link.</summary>
public enum LinkHealth
{
    /// <summary>No probe has crossed it in both directions yet; routes use it.</summary>
    Unknown,

    /// <summary>Probes cross it in both directions.</summary>
    Up,

    /// <summary>Probes are missing in a direction; routes avoid it.</summary>
    Down,
}
