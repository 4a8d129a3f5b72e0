using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.RuntimeFiles;

/// <summary>Writes entries as a runtime file of the labs.</summary>
public static class RuntimeFileWriter
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The file's text. What the labs' format has no word for (members, groups, meters, ...) stands as lines of text
    /// in <c>other_entries</c>, which other programs pass over or refuse.
    /// </summary>
    public static string Write(IEnumerable<P4Entry> entries)
    {
        JsonArray tables = [];
        JsonArray groups = [];
        JsonArray sessions = [];
        JsonArray others = [];
        foreach (P4Entry entry in entries)
        {
            switch (entry.Entity)
            {
                case { TableEntry: { } table } when IsPlain(entry.Program, table):
                    tables.Add((JsonNode)EntryJson.Of(entry));
                    break;
                case { PacketReplicationEngineEntry.MulticastGroupEntry: { } group } when IsPlain(group.Replicas) && group.Metadata.IsEmpty:
                    groups.Add((JsonNode)EntryJson.Of(entry));
                    break;
                case { PacketReplicationEngineEntry.CloneSessionEntry: { ClassOfService: 0 } clone } when IsPlain(clone.Replicas):
                    sessions.Add((JsonNode)EntryJson.Of(entry));
                    break;
                default:
                    others.Add((JsonNode)entry.Text);
                    break;
            }
        }

        JsonObject file = new() { ["target"] = "bmv2", ["table_entries"] = tables };
        Add(file, "multicast_group_entries", groups);
        Add(file, "clone_session_entries", sessions);
        Add(file, "other_entries", others);
        return file.ToJsonString(s_indented) + "\n";
    }

    private static void Add(JsonObject file, string key, JsonArray entries)
    {
        if (entries.Count > 0)
        {
            file[key] = entries;
        }
    }

    private static bool IsPlain(P4InfoIndex program, TableEntry entry) =>
        entry.Action?.TypeCase == TableAction.TypeOneofCase.Action
        && entry is { IdleTimeoutNs: 0, Metadata.IsEmpty: true, MeterConfig: null }
        && program.Tables.TryGet(entry.TableId, out _);

    private static bool IsPlain(IEnumerable<Replica> replicas) => replicas.All(r => r.BackupReplicas.Count == 0);
}
