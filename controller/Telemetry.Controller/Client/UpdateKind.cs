namespace Telemetry.Controller.Client;

/// <summary>What an update does.</summary>
public enum UpdateKind
{
    /// <summary>Adds an entity that is not there.</summary>
    Insert,

    /// <summary>Replaces one that is.</summary>
    Modify,

    /// <summary>Removes one that is; a default action goes back to the program's.</summary>
    Delete,
}
