using System.Text.Json.Nodes;
using Google.Protobuf;
using P4.Config.V1;
using Telemetry.Controller.Programs;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;

namespace Telemetry.Cli.Benchmarks;

/// <summary>A program with one of its tables changed, so that many entries fit, or that its first key is matched another way.</summary>
internal static class RoomyProgram
{
    /// <summary>The program with so much room in a table; its first key's kind changed when one is given.</summary>
    public static P4Program Of(P4Program program, string table, int room, MatchType? kind = null)
    {
        P4Info info = program.Index.Info.Clone();
        Table described = info.Tables.Single(t => t.Preamble.Name == table || t.Preamble.Alias == table);
        described.Size = room;
        JsonNode json = JsonNode.Parse(program.DeviceConfig.Span)!;
        JsonNode changed = json["pipelines"]!.AsArray().SelectMany(p => p!["tables"]!.AsArray()).Single(t => (string?)t!["name"] == described.Preamble.Name)!;
        changed["max_size"] = room;
        if (kind is MatchType other)
        {
            described.MatchFields[0].MatchType = other;
            string name = other.ToString().ToLowerInvariant();
            changed["key"]![0]!["match_type"] = name;
            changed["match_type"] = name;
        }

        string folder = Directory.CreateTempSubdirectory("telemetry-bench").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "bench.json"), json.ToJsonString());
            File.WriteAllBytes(Path.Combine(folder, "bench.p4info.bin"), info.ToByteArray());
            return P4Program.Load(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
