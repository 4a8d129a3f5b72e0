using P4.V1;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Entities;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Tables;
using TableEntry = P4.V1.TableEntry;

namespace Telemetry.SoftSwitch.Service.Requests;

/// <summary>
/// Reads the updates that come in thousands, straight from their bytes: plain entries of tables. Whatever is unusual or
/// wrong is left to the message objects, which say what it is.
/// </summary>
internal static class UpdateReader
{
    /// <summary>The change that the bytes ask for; null when they are to be read as a message.</summary>
    public static TableChange? Read(ReadOnlySpan<byte> update, PipelineBinding binding)
    {
        Update.Types.Type type = Update.Types.Type.Unspecified;
        ReadOnlySpan<byte> entry = default;
        bool hasEntry = false;
        MessageReader reader = new(update);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryField(out int field))
            {
                return null;
            }

            if (field == Update.TypeFieldNumber && reader.TryNumber(out ulong value))
            {
                type = (Update.Types.Type)value;
            }
            else if (hasEntry || field != Update.EntityFieldNumber || !reader.TryBytes(out ReadOnlySpan<byte> entity) || !TryEntry(entity, out entry))
            {
                return null;
            }
            else
            {
                hasEntry = true;
            }
        }

        return hasEntry && type is Update.Types.Type.Insert or Update.Types.Type.Modify or Update.Types.Type.Delete ? ReadEntry(type, entry, binding) : null;
    }

    private static bool TryEntry(ReadOnlySpan<byte> entity, out ReadOnlySpan<byte> entry)
    {
        entry = default;
        MessageReader reader = new(entity);
        return reader.TryField(out int field) && field == Entity.TableEntryFieldNumber && reader.TryBytes(out entry) && reader.IsAtEnd;
    }

    private static TableChange? ReadEntry(Update.Types.Type type, ReadOnlySpan<byte> entry, PipelineBinding binding)
    {
        BoundTable? table = null;
        MatchValue[] match = [];
        ulong given = 0;
        int priority = 0;
        ActionCall? call = null;
        MessageReader reader = new(entry);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryField(out int field))
            {
                return null;
            }

            switch (field)
            {
                case TableEntry.TableIdFieldNumber when table is null && reader.TryNumber(out ulong id) && id <= uint.MaxValue:
                    table = binding.TryTable((uint)id);
                    if (table is null || !table.TakesPlainEntries)
                    {
                        return null;
                    }

                    match = new MatchValue[table.Match.Count];
                    break;
                case TableEntry.MatchFieldNumber when table is not null && reader.TryBytes(out ReadOnlySpan<byte> part) && table.Match.TryRead(part, match, ref given):
                    break;
                case TableEntry.ActionFieldNumber when table is not null && call is null && reader.TryBytes(out ReadOnlySpan<byte> action) && TryAction(action, table, out call):
                    break;
                case TableEntry.PriorityFieldNumber when reader.TryNumber(out ulong number) && number <= int.MaxValue:
                    priority = (int)number;
                    break;
                default:
                    return null;
            }
        }

        return table is not null && table.NeedsPriority == priority > 0 && table.Match.TryComplete(match, given)
            && (call is not null || type != Update.Types.Type.Insert) && (call is null || type != Update.Types.Type.Delete)
            ? new TableChange(type, table, match, priority, call)
            : null;
    }

    private static bool TryAction(ReadOnlySpan<byte> tableAction, BoundTable table, out ActionCall? call)
    {
        call = null;
        MessageReader reader = new(tableAction);
        return reader.TryField(out int field) && field == TableAction.ActionFieldNumber && reader.TryBytes(out ReadOnlySpan<byte> action) && reader.IsAtEnd
            && table.Actions.TryRead(action, out call);
    }
}
