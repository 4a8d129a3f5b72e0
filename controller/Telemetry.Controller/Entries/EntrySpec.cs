namespace Telemetry.Controller.Entries;

/// <summary>
/// Something a switch shall have, by names instead of ids: a table entry, a default action, a clone session or a
/// multicast group. It does not depend on a program until <see cref="Programs.P4Program"/> binds it.
/// </summary>
public abstract record EntrySpec
{
    /// <summary>Insertion order between kinds of entries: lower ones are written first and deleted last.</summary>
    public int Order { get; init; }
}
