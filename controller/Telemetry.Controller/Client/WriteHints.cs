using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Client;

/// <summary>What to do about an update that failed, for the faults that users meet.</summary>
internal static class WriteHints
{
    /// <summary>Null where the target's own words have to do.</summary>
    public static string? Of(P4Update update, StatusCode code)
    {
        Entity entity = update.Entry.Entity;
        switch (code)
        {
            case StatusCode.AlreadyExists when update.Kind == UpdateKind.Insert:
                return "it is there already: modify it, or delete it first";
            case StatusCode.NotFound when entity.EntityCase == Entity.EntityOneofCase.ActionProfileGroup && update.Kind != UpdateKind.Delete:
                return "its members have to be there first, and to modify it the group itself";
            case StatusCode.NotFound when update.Kind == UpdateKind.Insert && entity.TableEntry?.Action?.TypeCase is
                TableAction.TypeOneofCase.ActionProfileMemberId or TableAction.TypeOneofCase.ActionProfileGroupId:
                return "the member or group that it names has to be there first";
            case StatusCode.NotFound when update.Kind != UpdateKind.Insert:
                return $"nothing there has this key{(entity.TableEntry is { Priority: > 0 } ? " and priority" : "")}: insert it, or list what there is";
            case StatusCode.ResourceExhausted when entity.TableEntry is { } entry
                && update.Entry.Program.Tables.TryGet(entry.TableId, out TableInfo? table) && table.Size > 0:
                return $"the program gives table {table.Name} room for {table.Size} entries";
            case StatusCode.Unimplemented:
                return "this target cannot do it";
            default:
                return null;
        }
    }
}
