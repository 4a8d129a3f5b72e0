using P4.V1;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Entries;

/// <summary>An entity ready to be written to a switch, or read from one. Do not change the entity.</summary>
/// <param name="Entity">In canonical form.</param>
/// <param name="Program">What its ids mean.</param>
/// <param name="Order">Among entries of one kind, lower ones are inserted first and deleted last.</param>
public sealed record P4Entry(Entity Entity, P4InfoIndex Program, int Order = 0)
{
    private string? _key;
    private string? _text;
    private P4Entry? _unwatched;

    /// <summary>What identifies the entity on its switch: two entries with one key cannot be there at once.</summary>
    public string Key => _key ??= EntityKey.Of(Entity);

    /// <summary>One line by names, as files of entries have it.</summary>
    public string Text => _text ??= EntityText.Describe(Program, Entity);

    /// <summary>True for a table's default action, which can only be modified.</summary>
    public bool IsDefault => Entity.TableEntry is { IsDefaultAction: true };

    /// <summary>True for what is always there and can only be modified: default actions, cells, value sets.</summary>
    public bool IsModifyOnly => IsDefault || Entity.EntityCase is Entity.EntityOneofCase.CounterEntry
        or Entity.EntityOneofCase.DirectCounterEntry or Entity.EntityOneofCase.MeterEntry
        or Entity.EntityOneofCase.DirectMeterEntry or Entity.EntityOneofCase.RegisterEntry
        or Entity.EntityOneofCase.ValueSetEntry;

    /// <summary>The entry with members that watch no port; the same one where none does.</summary>
    internal P4Entry Unwatched => _unwatched ??= PortWatch.Any(Entity) ? new P4Entry(PortWatch.Without(Entity), Program, Order) : this;

    /// <summary>Place of the kind in the order of insertion: what others refer to goes first.</summary>
    internal int Rank => Entity.EntityCase switch
    {
        Entity.EntityOneofCase.ActionProfileGroup => 1,
        Entity.EntityOneofCase.TableEntry => 2,
        Entity.EntityOneofCase.DirectCounterEntry or Entity.EntityOneofCase.DirectMeterEntry => 3,
        _ => 0,
    };

    /// <summary>Same key and same content.</summary>
    public bool HasContentOf(P4Entry other) => HasContentOf(other, watchPorts: true);

    /// <summary>Same key and same content, perhaps but for what a group watches.</summary>
    internal bool HasContentOf(P4Entry other, bool watchPorts) =>
        ReferenceEquals(Entity, other.Entity) || EntityKey.Normal(Entity, watchPorts).Equals(EntityKey.Normal(other.Entity, watchPorts));

    /// <summary>Same entity and order; texts that were asked for do not matter.</summary>
    public bool Equals(P4Entry? other) => other is not null && Order == other.Order && Entity.Equals(other.Entity);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Entity, Order);

    /// <summary>The entry by names.</summary>
    public EntrySpec ToSpec() => EntryUnbinder.Unbind(Program, Entity) with { Order = Order };

    /// <inheritdoc/>
    public override string ToString() => Text;
}
