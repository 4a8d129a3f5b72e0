namespace Telemetry.Controller.Entries;

/// <summary>One copy that a clone session or multicast group makes.</summary>
/// <param name="Port">Egress port.</param>
/// <param name="Instance">Number that the copy carries (egress_rid), so that copies to one port differ.</param>
public readonly record struct ReplicaSpec(int Port, int Instance)
{
    /// <summary>Port, or <c>port#instance</c>.</summary>
    public override string ToString() => Instance > 1 ? $"{Port}#{Instance}" : $"{Port}";
}
