namespace Telemetry.Controller.Hosts;

/// <summary>How hosts are learned.</summary>
public sealed record HostOptions
{
    /// <summary>Hosts kept at most; further ones are refused and counted. 4096 by default.</summary>
    public int MaximumHosts { get; init; } = 4096;

    /// <summary>A host that was not heard for so long is forgotten; 15 minutes by default: hosts ask about each other again within one.</summary>
    public TimeSpan MaximumAge { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>While the owner of an address was heard within this time, another MAC address cannot take it; 10 s by default.</summary>
    public TimeSpan OwnerHold { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two searches for the same unknown address; 1 s by default.</summary>
    public TimeSpan SearchInterval { get; init; } = TimeSpan.FromSeconds(1);
}
