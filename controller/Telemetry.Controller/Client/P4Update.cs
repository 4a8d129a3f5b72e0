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
        if (!Entry.IsDefault)
        {
            Update.Types.Type type = Kind switch
            {
                UpdateKind.Insert => Update.Types.Type.Insert,
                UpdateKind.Modify => Update.Types.Type.Modify,
                _ => Update.Types.Type.Delete,
            };
            return new Update { Type = type, Entity = Entry.Entity };
        }

        Entity entity = Entry.Entity;
        if (Kind == UpdateKind.Delete)
        {
            entity = new Entity { TableEntry = new TableEntry { TableId = entity.TableEntry.TableId, IsDefaultAction = true } };
        }

        return new Update { Type = Update.Types.Type.Modify, Entity = entity };
    }
}
