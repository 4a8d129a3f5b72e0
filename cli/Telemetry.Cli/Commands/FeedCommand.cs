using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Security;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry feed</c>: everything that a data center learns, as it does, one JSON object a line.</summary>
internal static class FeedCommand
{
    private static readonly Dictionary<string, Update.WhatOneofCase> s_kinds = new(StringComparer.Ordinal)
    {
        ["snapshot"] = Update.WhatOneofCase.Snapshot,
        ["window"] = Update.WhatOneofCase.Window,
        ["alert"] = Update.WhatOneofCase.Alert,
        ["device"] = Update.WhatOneofCase.Device,
        ["link"] = Update.WhatOneofCase.Link,
        ["event"] = Update.WhatOneofCase.Event,
        ["reports"] = Update.WhatOneofCase.Reports,
        ["inventory"] = Update.WhatOneofCase.Inventory,
    };

    public static Command Create()
    {
        Option<string> address = new("--connect") { Description = "HOST:PORT of the data center", DefaultValueFactory = _ => "127.0.0.1:5502" };
        Option<string[]> only = new("--only") { Description = "Only updates of these kinds", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        only.AcceptOnlyFromAmong([.. s_kinds.Keys]);
        Option<int> count = new("--count") { Description = "End after so many lines; 0 never", DefaultValueFactory = _ => 0 };
        Command command = new("feed", "Print what a data center learns as JSON lines: a snapshot, then every change") { address, only, count };
        TlsArguments tls = new(command, serves: false);
        command.SetAction(async (parsed, cancellation) =>
        {
            TlsOptions? certificates = tls.Read(parsed);
            HashSet<Update.WhatOneofCase> wanted = [.. parsed.GetRequiredValue(only).Select(kind => s_kinds[kind])];
            int left = parsed.GetValue(count);
            using GrpcChannel channel = Channels.Create(TlsArguments.Url(parsed.GetRequiredValue(address), certificates), certificates);
            using AsyncServerStreamingCall<Update> call = new Feed.FeedClient(channel)
                .Subscribe(new SubscribeRequest { Client = "telemetry feed" }, cancellationToken: cancellation);
            try
            {
                await foreach (Update update in call.ResponseStream.ReadAllAsync(cancellation).ConfigureAwait(false))
                {
                    if (wanted.Count > 0 && !wanted.Contains(update.WhatCase))
                    {
                        continue;
                    }

                    await Console.Out.WriteLineAsync(JsonFormatter.Default.Format(update)).ConfigureAwait(false);
                    if (--left == 0)
                    {
                        break;
                    }
                }
            }
            catch (RpcException) when (cancellation.IsCancellationRequested)
            {
                return 130;
            }

            return 0;
        });
        return command;
    }
}
