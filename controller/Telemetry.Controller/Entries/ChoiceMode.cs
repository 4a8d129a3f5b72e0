namespace Telemetry.Controller.Entries;

/// <summary>How a one-shot entry chooses among its actions.</summary>
public enum ChoiceMode
{
    /// <summary>As the action selector does.</summary>
    Default,

    /// <summary>By a hash of the packet: one flow, one choice.</summary>
    Hash,

    /// <summary>Anew for each packet.</summary>
    Random,
}
