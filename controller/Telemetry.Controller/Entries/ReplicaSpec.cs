namespace Telemetry.Controller.Entries;

/// <summary>One copy that a clone session or multicast group makes.</summary>
/// <param name="Port">Egress port.</param>
/// <param name="Instance">Number that the copy carries (egress_rid), so that copies to one port differ.</param>
public readonly record struct ReplicaSpec(int Port, int Instance)
{
    /// <summary>Ports that take the copy while the one before is down, in this order.</summary>
    public IReadOnlyList<(int Port, int Instance)> Backups { get; init; } = [];
}
