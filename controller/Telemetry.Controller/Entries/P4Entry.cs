using P4.V1;

namespace Telemetry.Controller.Entries;

/// <summary>An entity ready to be written to a switch, with the name that errors use for it. Do not change the entity.</summary>
/// <param name="Entity">In canonical form.</param>
/// <param name="Text">As a person would write it.</param>
/// <param name="Order">Lower ones are inserted first and deleted last.</param>
public sealed record P4Entry(Entity Entity, string Text, int Order = 0)
{
    /// <summary>What identifies the entity on its switch: two entries with one key cannot be there at once.</summary>
    public string Key { get; } = EntityKey.Of(Entity);

    /// <summary>True for a table's default action, which can only be modified.</summary>
    public bool IsDefault => Entity.TableEntry is { IsDefaultAction: true };

    /// <summary>Same key and same content.</summary>
    public bool HasContentOf(P4Entry other) => EntityKey.Normal(Entity).Equals(EntityKey.Normal(other.Entity));

    /// <inheritdoc/>
    public override string ToString() => Text;
}
