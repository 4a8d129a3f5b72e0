using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf.Collections;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Devices;

/// <summary>Reads what iproute2, nft and iptables print.</summary>
internal static partial class LinuxTables
{
    /// <summary>Entries told in words, of each table; all are counted.</summary>
    private const int Rows = 256;

    /// <summary>Reads <c>ip -j -s link show</c>.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static void ReadInterfaces(string json, RepeatedField<InterfaceCounters> into)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement link in document.RootElement.EnumerateArray())
        {
            if (!link.TryGetProperty("ifname", out JsonElement name))
            {
                continue;
            }

            JsonElement stats = link.TryGetProperty("stats64", out JsonElement wide) ? wide : default;
            InterfaceCounters counters = new() { Name = name.GetString() };
            (counters.RxBytes, counters.RxPackets, counters.RxErrors, counters.RxDrops) = Four(stats, "rx");
            (counters.TxBytes, counters.TxPackets, counters.TxErrors, counters.TxDrops) = Four(stats, "tx");
            into.Add(counters);
        }
    }

    /// <summary>Reads <c>tc -s -j qdisc show</c>.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static void ReadQueues(string json, RepeatedField<QueueCounters> into)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement queue in document.RootElement.EnumerateArray())
        {
            into.Add(new QueueCounters
            {
                Interface = Text(queue, "dev"),
                Kind = Text(queue, "kind"),
                Handle = Text(queue, "handle"),
                Bytes = Count(queue, "bytes"),
                Packets = Count(queue, "packets"),
                Drops = Count(queue, "drops"),
                Overlimits = Count(queue, "overlimits"),
                BacklogBytes = Count(queue, "backlog"),
                BacklogPackets = Count(queue, "qlen"),
            });
        }
    }

    /// <summary>Reads <c>ip route show table all</c>: one route a line.</summary>
    public static TableStatistics ReadRoutes(string text)
    {
        TableStatistics table = new() { Name = "routes" };
        foreach (string line in Lines(text))
        {
            Add(table, line);
        }

        return table;
    }

    /// <summary>Reads <c>nft -a list ruleset</c>: one table a chain, with the sums of its rules' counters.</summary>
    public static void ReadNft(string text, RepeatedField<TableStatistics> into)
    {
        string within = "";
        TableStatistics? chain = null;
        foreach (string line in Lines(text))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["table", _, _, ..])
            {
                (within, chain) = ($"{words[1]} {words[2]}", null);
            }
            else if (words is ["chain", _, ..])
            {
                chain = new TableStatistics { Name = $"nft {within} {words[1]}" };
                into.Add(chain);
            }
            else if (line == "}")
            {
                chain = null;
            }
            else if (chain is not null && words[0] is not ("type" or "policy"))
            {
                Add(chain, line);
                AddCounter(chain, NftCounter().Match(line));
            }
        }
    }

    /// <summary>Reads <c>iptables-save -c</c>: one table a chain, with the sums of its rules' counters.</summary>
    public static void ReadIptables(string text, RepeatedField<TableStatistics> into)
    {
        string within = "";
        Dictionary<string, TableStatistics> chains = new(StringComparer.Ordinal);
        foreach (string line in Lines(text))
        {
            Match rule = IptablesRule().Match(line);
            if (line[0] == '*')
            {
                within = line[1..];
            }
            else if (rule.Success)
            {
                string name = $"iptables {within} {rule.Groups[3].Value}";
                if (!chains.TryGetValue(name, out TableStatistics? chain))
                {
                    chains.Add(name, chain = new TableStatistics { Name = name });
                    into.Add(chain);
                }

                Add(chain, line);
                AddCounter(chain, rule);
            }
        }
    }

    /// <summary>A rule of nft or iptables without what it counted so far; anything else as it is.</summary>
    public static string WithoutCounters(string row) =>
        row.StartsWith('[') ? IptablesCounter().Replace(row, "") : row.Contains("counter packets", StringComparison.Ordinal) ? NftCounter().Replace(row, "counter") : row;

    private static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void Add(TableStatistics table, string row)
    {
        table.Entries++;
        if (table.Rows.Count < Rows)
        {
            table.Rows.Add(row);
        }
    }

    private static void AddCounter(TableStatistics table, Match counter)
    {
        if (counter.Success)
        {
            table.Packets += ulong.Parse(counter.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            table.Bytes += ulong.Parse(counter.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        }
    }

    private static (ulong Bytes, ulong Packets, ulong Errors, ulong Drops) Four(JsonElement stats, string direction) =>
        stats.ValueKind == JsonValueKind.Object && stats.TryGetProperty(direction, out JsonElement of)
            ? (Count(of, "bytes"), Count(of, "packets"), Count(of, "errors"), Count(of, "dropped"))
            : default;

    private static ulong Count(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong count) ? count : 0;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    [GeneratedRegex(@"\bcounter packets (\d+) bytes (\d+)\b")]
    private static partial Regex NftCounter();

    [GeneratedRegex(@"^\[\d+:\d+\] ")]
    private static partial Regex IptablesCounter();

    [GeneratedRegex(@"^\[(\d+):(\d+)\] -A (\S+)")]
    private static partial Regex IptablesRule();
}
