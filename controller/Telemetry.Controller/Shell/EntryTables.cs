using System.Globalization;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Shell;

/// <summary>Table entries in columns, a block for each table.</summary>
internal static class EntryTables
{
    public static void Write(TextWriter output, IEnumerable<P4Entry> entries, bool counters)
    {
        foreach (IGrouping<uint, P4Entry> group in entries.GroupBy(e => e.Entity.TableEntry.TableId))
        {
            TableInfo table = group.First().Program.Tables.Get(group.Key);
            string[] keys = [.. table.MatchFields.Select(f => f.Name)];
            string[] extra = [.. table.NeedsPriority ? ["priority"] : Array.Empty<string>(), "action", .. counters ? ["packets", "bytes"] : Array.Empty<string>()];
            ShellTable rows = new([.. keys, .. extra]);
            foreach (P4Entry entry in group)
            {
                TableEntrySpec spec = (TableEntrySpec)entry.ToSpec();
                List<string> cells = [];
                foreach (string key in keys)
                {
                    MatchSpec match = spec.Matches.FirstOrDefault(m => m.Field == key);
                    cells.Add(match.Field is not null ? match.Text : spec.IsDefault ? "default" : "*");
                }

                if (table.NeedsPriority)
                {
                    cells.Add(spec.IsDefault ? "" : spec.Priority.ToString(CultureInfo.InvariantCulture));
                }

                int arrow = entry.Text.IndexOf(" -> ", StringComparison.Ordinal);
                cells.Add((arrow < 0 ? "" : entry.Text[(arrow + 4)..]) + (entry.Entity.TableEntry.IsConst ? "  (const)" : ""));
                if (counters)
                {
                    cells.Add((entry.Entity.TableEntry.CounterData?.PacketCount ?? 0).ToString(CultureInfo.InvariantCulture));
                    cells.Add((entry.Entity.TableEntry.CounterData?.ByteCount ?? 0).ToString(CultureInfo.InvariantCulture));
                }

                rows.Add([.. cells]);
            }

            output.WriteLine(table.Name);
            foreach (string line in rows.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                output.WriteLine($"  {line}");
            }

            output.WriteLine();
        }
    }
}
