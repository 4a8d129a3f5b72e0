using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Grpc.Net.Client;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Security;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry status</c>: what every stage of the collector does: rate, queue, drops, errors by kind, lag.</summary>
internal static class StatusCommand
{
    private static readonly string[] s_columns = ["tier", "stage", "total", "unit", "per s", "queue", "dropped", "lag ms", "errors"];

    public static Command Create()
    {
        Option<string> address = new("--connect") { Description = "HOST:PORT of the data center, or of a center", DefaultValueFactory = _ => "127.0.0.1:5502" };
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Command command = new("status", "Show what every stage of every collector tier does") { address, json };
        TlsArguments tls = new(command, serves: false);
        command.SetAction(async (parsed, cancellation) =>
        {
            TlsOptions? certificates = tls.Read(parsed);
            using GrpcChannel channel = Channels.Create(TlsArguments.Url(parsed.GetRequiredValue(address), certificates), certificates);
            StatusReply reply = await new Introspection.IntrospectionClient(channel)
                .GetStatusAsync(new StatusRequest(), cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                await Console.Out.WriteLineAsync(new JsonFormatter(JsonFormatter.Settings.Default.WithFormatDefaultValues(true)).Format(reply)).ConfigureAwait(false);
                return 0;
            }

            await TextTable.WriteFirstAsync([s_columns, .. reply.Tiers.SelectMany(Lines)], Console.Out).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static IEnumerable<string[]> Lines(TierStatus tier)
    {
        string link = tier.Upstream.Length == 0 ? "" : $"{(tier.Connected ? "to" : "NOT CONNECTED to")} {tier.Upstream}";
        string note = tier.Fault.Length > 0 ? $"{link} FAULT: {tier.Fault}".Trim() : link;
        yield return [tier.Name, tier.Kind.ToString().ToLowerInvariant(), "", "", "", "", "", "", note];
        foreach (Stage stage in tier.Stages)
        {
            yield return
            [
                "",
                stage.Name,
                stage.Total.ToString(CultureInfo.InvariantCulture),
                stage.Unit,
                stage.Rate.ToString("0.#", CultureInfo.InvariantCulture),
                stage.QueueLimit > 0 ? $"{stage.Queue}/{stage.QueueLimit}" : stage.Queue.ToString(CultureInfo.InvariantCulture),
                stage.Dropped.ToString(CultureInfo.InvariantCulture),
                (stage.LagNs / 1_000_000).ToString(CultureInfo.InvariantCulture),
                string.Join(' ', stage.Errors.OrderBy(error => error.Key, StringComparer.Ordinal).Select(error => $"{error.Key}={error.Value}")),
            ];
        }

        foreach (ExporterStatus exporter in tier.Exporters)
        {
            string way = exporter.Destination.Length > 0 ? $"{exporter.Address} to {exporter.Destination}" : exporter.Address;
            double loss = exporter.Lost == 0 ? 0 : 100.0 * exporter.Lost / (exporter.Lost + exporter.Received);
            yield return
            [
                "",
                $"from {exporter.Name}",
                exporter.Received.ToString(CultureInfo.InvariantCulture),
                "datagrams",
                "",
                "",
                exporter.Lost.ToString(CultureInfo.InvariantCulture),
                "",
                string.Create(CultureInfo.InvariantCulture, $"{way} lost={loss:0.00}%{(exporter.Restarts > 0 ? $" restarts={exporter.Restarts}" : "")}"),
            ];
        }
    }
}
