namespace Telemetry.SoftSwitch.Tables;

/// <summary>An action of a profile that entries and groups refer to; a new <see cref="Call"/> takes effect in all of them at once.</summary>
internal sealed class ActionMember(uint id, ActionCall call, long order)
{
    public readonly uint Id = id;

    public volatile ActionCall Call = call;

    /// <summary>Order of creation, in which groups list their members.</summary>
    public readonly long Order = order;

    /// <summary>Entries in tables and groups in the profile that refer to the member.</summary>
    public int References { get; set; }
}
