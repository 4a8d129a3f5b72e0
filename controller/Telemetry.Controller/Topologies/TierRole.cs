namespace Telemetry.Controller.Topologies;

/// <summary>Which tier of the collector a machine of the network runs.</summary>
public enum TierRole
{
    /// <summary>Hears a cluster's switches.</summary>
    Node,

    /// <summary>A cluster's center.</summary>
    Center,

    /// <summary>The data center.</summary>
    DataCenter,
}
