namespace Telemetry.Controller.Client;

/// <summary>State of a client's stream with its switch.</summary>
public enum P4SwitchState
{
    /// <summary>No stream, or no answer on it yet.</summary>
    Disconnected,

    /// <summary>This client may write.</summary>
    Primary,

    /// <summary>Another client has a higher election id, or this one's is in use; reads only.</summary>
    Backup,

    /// <summary>Election id 0: reads only, and takes no part in elections.</summary>
    Observer,
}
