namespace Telemetry.Controller.Topologies;

/// <summary>What a switch is in its network; all roles run P4 programs.</summary>
public enum SwitchRole
{
    /// <summary>A switch.</summary>
    Switch,

    /// <summary>A switch that joins clusters.</summary>
    Router,

    /// <summary>A switch with filter rules.</summary>
    Firewall,
}
