using P4.V1;
using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Client;

/// <summary>One change of one entity.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Entry">With what.</param>
public readonly record struct P4Update(UpdateKind Kind, P4Entry Entry)
{
    /// <summary>Adds.</summary>
    public static P4Update Insert(P4Entry entry) => new(UpdateKind.Insert, entry);

    /// <summary>Replaces.</summary>
    public static P4Update Modify(P4Entry entry) => new(UpdateKind.Modify, entry);

    /// <summary>Removes.</summary>
    public static P4Update Delete(P4Entry entry) => new(UpdateKind.Delete, entry);

    /// <summary><c>insert Ingress.ipv4_lpm ...</c>.</summary>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} {Entry.Text}";

    internal Update ToProto()
    {
        if (!Entry.IsModifyOnly)
        {
            Update.Types.Type type = Kind switch
            {
                UpdateKind.Insert => Update.Types.Type.Insert,
                UpdateKind.Modify => Update.Types.Type.Modify,
                _ => Update.Types.Type.Delete,
            };
            return new Update { Type = type, Entity = Entry.Entity };
        }

        return new Update { Type = Update.Types.Type.Modify, Entity = Kind == UpdateKind.Delete ? Cleared(Entry.Entity) : Entry.Entity };
    }

    /// <summary>What is always there goes back to its first state.</summary>
    private static Entity Cleared(Entity entity)
    {
        switch (entity.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                return new Entity { TableEntry = new TableEntry { TableId = entity.TableEntry.TableId, IsDefaultAction = true } };
            case Entity.EntityOneofCase.ValueSetEntry:
                return new Entity { ValueSetEntry = new ValueSetEntry { ValueSetId = entity.ValueSetEntry.ValueSetId } };
            default:
                Entity cleared = entity.Clone();
                cleared.CounterEntry?.Data = new CounterData();
                cleared.DirectCounterEntry?.Data = new CounterData();
                cleared.MeterEntry?.Config = null;
                cleared.DirectMeterEntry?.Config = null;
                return cleared;
        }
    }
}
