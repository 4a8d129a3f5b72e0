namespace Telemetry.Controller.Entries;

/// <summary>What a one-shot entry's size means.</summary>
public enum ChoiceSize
{
    /// <summary>As the action selector says.</summary>
    Default,

    /// <summary>The sum of the weights.</summary>
    Weights,

    /// <summary>The number of members.</summary>
    Members,
}
