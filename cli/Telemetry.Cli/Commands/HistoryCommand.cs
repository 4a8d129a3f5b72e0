using System.CommandLine;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.History;
using Telemetry.Collector.Security;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry history</c>: what a data center stored, by table, span and entity, as text, CSV, JSON or Parquet.</summary>
internal static class HistoryCommand
{
    private static readonly Dictionary<string, HistoryRequest.Types.Table> s_tables = new(StringComparer.Ordinal)
    {
        ["ports"] = HistoryRequest.Types.Table.Ports,
        ["links"] = HistoryRequest.Types.Table.Links,
        ["flows"] = HistoryRequest.Types.Table.Flows,
        ["alerts"] = HistoryRequest.Types.Table.Alerts,
        ["events"] = HistoryRequest.Types.Table.Events,
        ["devices"] = HistoryRequest.Types.Table.Devices,
        ["link_states"] = HistoryRequest.Types.Table.LinkStates,
        ["interfaces"] = HistoryRequest.Types.Table.Interfaces,
        ["queues"] = HistoryRequest.Types.Table.Queues,
        ["tables"] = HistoryRequest.Types.Table.Tables,
        ["table_rows"] = HistoryRequest.Types.Table.TableRows,
        ["exemplars"] = HistoryRequest.Types.Table.Exemplars,
    };

    public static Command Create()
    {
        Argument<string> table = new("table") { Description = "What to show" };
        table.AcceptOnlyFromAmong([.. s_tables.Keys]);
        Option<string?> file = new("--history") { Description = "File of the history; no data center may be using it" };
        Option<string?> address = new("--connect") { Description = "HOST:PORT of a running data center, instead of a file; by default 127.0.0.1:5502" };
        Option<string?> from = new("--from") { Description = $"Start of the span: {TimeArgument.Forms}" };
        Option<string?> to = new("--to") { Description = "End of the span, likewise; by default all" };
        Option<string> entity = new("--entity") { Description = "Only this port (s1-p3), link (s1-s2), flow (h1>h4) or device", DefaultValueFactory = _ => "" };
        Option<uint> limit = new("--limit") { Description = "Rows at most; 0 for all", DefaultValueFactory = _ => 10_000 };
        Option<string> resolution = new("--resolution") { Description = "Length of windows, or time between readings of devices: raw, 10s, 5m, or auto for the finest that fits the span", DefaultValueFactory = _ => "raw" };
        resolution.AcceptOnlyFromAmong(["auto", .. HistoryTier.All.Select(tier => tier.Name)]);
        Option<string?> format = new("--format") { Description = "text, csv, json, jsonl or parquet; by default from the file name's end, else text" };
        format.AcceptOnlyFromAmong("text", "csv", "json", "jsonl", "parquet");
        Option<string?> output = new("--output") { Description = "File to write, by default standard output" };
        Option<bool> json = new("--json") { Description = "Like --format json" };
        Command command = new("history", "Query and export what was stored") { table, file, address, from, to, entity, limit, resolution, format, output, json };
        TlsArguments tls = new(command, serves: false);
        command.SetAction(async (parsed, cancellation) =>
        {
            long nowNs = (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;
            uint most = parsed.GetValue(limit);
            HistoryRequest request = new()
            {
                Table = s_tables[parsed.GetRequiredValue(table)],
                FromNs = TimeArgument.Parse("--from", parsed.GetValue(from), nowNs, 0),
                ToNs = TimeArgument.Parse("--to", parsed.GetValue(to), nowNs, 0),
                Entity = parsed.GetRequiredValue(entity),
                Limit = most == 0 ? uint.MaxValue : most,
                Resolution = parsed.GetRequiredValue(resolution),
            };
            string? place = parsed.GetValue(output);
            string form = parsed.GetValue(json) ? "json" : parsed.GetValue(format) ?? FormOf(place);
            if (form == "parquet" && place is null)
            {
                throw new CommandException("--format parquet needs --output FILE: it is no text");
            }

            if (parsed.GetValue(file) is { } path)
            {
                if (parsed.GetValue(address) is not null)
                {
                    throw new CommandException("--history and --connect exclude each other");
                }

                using DuckDbHistoryStore store = DuckDbHistoryStore.OpenReadOnly(path);
                return await WriteAsync(store.Query(request).ToAsyncEnumerable(), form, place, most, cancellation).ConfigureAwait(false);
            }

            TlsOptions? certificates = tls.Read(parsed);
            using GrpcChannel channel = Channels.Create(TlsArguments.Url(parsed.GetValue(address) ?? "127.0.0.1:5502", certificates), certificates);
            return await WriteAsync(AskAsync(channel, request, cancellation), form, place, most, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async IAsyncEnumerable<HistoryRow> AskAsync(
        GrpcChannel channel, HistoryRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using AsyncServerStreamingCall<HistoryRow> call = new Feed.FeedClient(channel).GetHistory(request, cancellationToken: cancellation);
        await foreach (HistoryRow row in call.ResponseStream.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            yield return row;
        }
    }

    private static async Task<int> WriteAsync(IAsyncEnumerable<HistoryRow> rows, string form, string? place, uint most, CancellationToken cancellation)
    {
        long written;
        if (form == "parquet")
        {
            written = await HistoryExport.WriteParquetAsync(rows, place!, cancellation).ConfigureAwait(false);
        }
        else
        {
            TextWriter output = place is null ? TextWriter.Synchronized(Console.Out) : new StreamWriter(place);
            await using (output.ConfigureAwait(false))
            {
                written = form switch
                {
                    "csv" => await HistoryExport.WriteCsvAsync(rows, output, cancellation).ConfigureAwait(false),
                    "json" or "jsonl" => await HistoryExport.WriteJsonAsync(rows, output, form == "jsonl", cancellation).ConfigureAwait(false),
                    _ => await TextTable.WriteAsync(rows, output, cancellation).ConfigureAwait(false),
                };
            }
        }

        if (place is not null || written == 0)
        {
            await Console.Error.WriteLineAsync($"{written} rows{(place is null ? "" : $" in {place}")}").ConfigureAwait(false);
        }

        if (written == most && most > 0)
        {
            await Console.Error.WriteLineAsync($"there may be more than these {most} rows: see --limit").ConfigureAwait(false);
        }

        return 0;
    }

    private static string FormOf(string? file) => Path.GetExtension(file) switch
    {
        ".csv" => "csv",
        ".json" => "json",
        ".jsonl" or ".ndjson" => "jsonl",
        ".parquet" => "parquet",
        _ => "text",
    };
}
