using Google.Protobuf.Collections;
using P4.V1;

namespace Telemetry.Controller.Entries;

/// <summary>Which members of groups, also of those inside table entries, are skipped while a port is down.</summary>
internal static class PortWatch
{
    /// <summary>True when a member watches a port.</summary>
    public static bool Any(Entity entity) =>
        Members(entity).Any(m => m.WatchKindCase != ActionProfileGroup.Types.Member.WatchKindOneofCase.None)
        || Choices(entity).Any(c => c.WatchKindCase != ActionProfileAction.WatchKindOneofCase.None);

    /// <summary>The same members, which watch nothing.</summary>
    public static Entity Without(Entity entity)
    {
        Entity copy = entity.Clone();
        foreach (ActionProfileGroup.Types.Member member in Members(copy))
        {
            member.ClearWatchKind();
        }

        foreach (ActionProfileAction choice in Choices(copy))
        {
            choice.ClearWatchKind();
        }

        return copy;
    }

    private static RepeatedField<ActionProfileGroup.Types.Member> Members(Entity entity) => entity.ActionProfileGroup?.Members ?? [];

    private static RepeatedField<ActionProfileAction> Choices(Entity entity) =>
        entity.TableEntry?.Action?.ActionProfileActionSet?.ActionProfileActions ?? [];
}
