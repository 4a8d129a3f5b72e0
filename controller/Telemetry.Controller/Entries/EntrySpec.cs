namespace Telemetry.Controller.Entries;

/// <summary>
/// Something a switch shall have, by names instead of ids: a table entry, a group, a clone session and so on. It does
/// not depend on a program until <see cref="Programs.P4Program"/> binds it.
/// </summary>
public abstract record EntrySpec
{
    /// <summary>
    /// Insertion order among entries of one kind: lower ones are written first and deleted last. Between kinds,
    /// what others refer to always goes first.
    /// </summary>
    public int Order { get; init; }
}
