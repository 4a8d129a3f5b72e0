namespace Telemetry.Controller.Topologies;

/// <summary>What a device between hosts is in its network.</summary>
public enum SwitchRole
{
    /// <summary>A P4 switch.</summary>
    Switch,

    /// <summary>Joins clusters: forwards IPv4 by routes.</summary>
    Router,

    /// <summary>A router with rules of what it drops.</summary>
    Firewall,
}
