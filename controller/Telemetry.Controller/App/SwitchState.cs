namespace Telemetry.Controller.App;

/// <summary>How a controller stands with one switch.</summary>
public enum SwitchState
{
    /// <summary>Not yet reached, or reached and being programmed for the first time.</summary>
    Connecting,

    /// <summary>This controller is primary and its entries are installed.</summary>
    Primary,

    /// <summary>Another client has a higher election id.</summary>
    Backup,

    /// <summary>The stream ended; reconnecting.</summary>
    Lost,

    /// <summary>The switch answers but refused its program or an entry; see the status' detail. Tried again later.</summary>
    Refused,
}
