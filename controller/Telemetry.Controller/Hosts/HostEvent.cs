namespace Telemetry.Controller.Hosts;

/// <summary>What became of a host.</summary>
public enum HostEvent
{
    /// <summary>Heard as before.</summary>
    Seen,

    /// <summary>Heard for the first time.</summary>
    Learned,

    /// <summary>Heard at another port, or with another MAC address after the former had gone quiet.</summary>
    Moved,

    /// <summary>Not heard for so long that it is forgotten.</summary>
    Gone,

    /// <summary>Not believed: another host that was heard just now has the address.</summary>
    Conflict,

    /// <summary>Not taken: the table is full.</summary>
    Refused,
}
