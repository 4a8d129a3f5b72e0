using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Telemetry.SoftSwitch.Tracing;
using Telemetry.SwitchControl.V1;

namespace Telemetry.SoftSwitch.Control;

/// <summary><c>telemetry switch --control</c>: asks or tells a switch that runs.</summary>
internal static class ControlCommand
{
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    /// <returns>The exit code: 0 done, 2 for a bad command line, 1 for any other fault.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter log, CancellationToken cancellation)
    {
        ControlArguments arguments;
        try
        {
            arguments = ControlArguments.Parse(args);
        }
        catch (FormatException fault)
        {
            await log.WriteLineAsync($"telemetry switch: {fault.Message}").ConfigureAwait(false);
            return 2;
        }

        if (arguments.Help)
        {
            await output.WriteLineAsync(ControlArguments.Usage).ConfigureAwait(false);
            return 0;
        }

        try
        {
            using GrpcChannel channel = ControlChannel.Open(arguments.Address, arguments.Authority, arguments.Certificate, arguments.Key);
            await RunAsync(new SwitchControl.V1.SwitchControl.SwitchControlClient(channel), arguments, output, cancellation).ConfigureAwait(false);
            return 0;
        }
        catch (RpcException) when (cancellation.IsCancellationRequested)
        {
            return 0; // Cancelled, or Unavailable where the read had begun
        }
        catch (RpcException fault)
        {
            await log.WriteLineAsync($"telemetry switch: {arguments.Address}: {Explain(fault)}").ConfigureAwait(false);
            return 1;
        }
        catch (IOException fault)
        {
            await log.WriteLineAsync($"telemetry switch: {fault.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task RunAsync(
        SwitchControl.V1.SwitchControl.SwitchControlClient client, ControlArguments arguments, TextWriter output, CancellationToken cancellation)
    {
        Task Print(IMessage answer, Func<string> text) => output.WriteLineAsync(arguments.Json ? Json.Format(answer) : text());
        switch (arguments.Command)
        {
            case "ports":
                GetPortsResponse ports = await client.GetPortsAsync(new GetPortsRequest(), cancellationToken: cancellation).ConfigureAwait(false);
                await Print(ports, () => ControlTables.Of(ports)).ConfigureAwait(false);
                break;
            case "queues":
                GetQueuesResponse queues = await client.GetQueuesAsync(Query(arguments), cancellationToken: cancellation).ConfigureAwait(false);
                await Print(queues, () => ControlTables.Of(queues)).ConfigureAwait(false);
                break;
            case "timing" when arguments.Timing is bool on:
                await client.SetTimingAsync(new SetTimingRequest { On = on }, cancellationToken: cancellation).ConfigureAwait(false);
                break;
            case "timing":
                GetTimingResponse timing = await client.GetTimingAsync(new GetTimingRequest(), cancellationToken: cancellation).ConfigureAwait(false);
                await Print(timing, () => ControlTables.Of(timing)).ConfigureAwait(false);
                break;
            case "trace":
                await TraceAsync(client, arguments.Trace, output, cancellation).ConfigureAwait(false);
                break;
            case "log":
                SetLogRequest change = new() { Level = Level(arguments.Trace), PacketsPerSecond = (uint)arguments.Trace.PacketsPerSecond };
                if (arguments.Trace.IngressPort >= 0)
                {
                    change.Port = (uint)arguments.Trace.IngressPort;
                }

                await client.SetLogAsync(change, cancellationToken: cancellation).ConfigureAwait(false);
                break;
            default:
                await SetAsync(client, arguments, cancellation).ConfigureAwait(false);
                break;
        }
    }

    private static async Task SetAsync(SwitchControl.V1.SwitchControl.SwitchControlClient client, ControlArguments arguments, CancellationToken cancellation)
    {
        foreach ((int port, int priority, long value) in arguments.Queues)
        {
            SetQueueRequest change = new() { Port = (uint)port };
            if (priority >= 0)
            {
                change.Priority = (uint)priority;
            }

            if (arguments.Command == "rate")
            {
                change.RateBps = (ulong)value;
            }
            else
            {
                change.DepthPackets = (uint)value;
            }

            await client.SetQueueAsync(change, cancellationToken: cancellation).ConfigureAwait(false);
        }
    }

    private static async Task TraceAsync(SwitchControl.V1.SwitchControl.SwitchControlClient client, TraceOptions options, TextWriter output, CancellationToken cancellation)
    {
        TraceRequest request = new() { Level = Level(options), PacketsPerSecond = (uint)options.PacketsPerSecond };
        if (options.IngressPort >= 0)
        {
            request.Port = (uint)options.IngressPort;
        }

        using AsyncServerStreamingCall<TraceResponse> call = client.Trace(request, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
        {
            foreach (string line in call.ResponseStream.Current.Lines)
            {
                await output.WriteLineAsync(line).ConfigureAwait(false);
            }

            await output.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static LogLevel Level(TraceOptions options) => options.Level - TraceLevel.Trace + LogLevel.Trace;

    private static GetQueuesRequest Query(ControlArguments arguments)
    {
        GetQueuesRequest query = new();
        foreach ((int port, int priority, _) in arguments.Queues)
        {
            query.Port = (uint)port;
            if (priority >= 0)
            {
                query.Priority = (uint)priority;
            }
        }

        return query;
    }

    private static string Explain(RpcException fault) => fault.StatusCode switch
    {
        StatusCode.Unavailable => $"no switch answers ({fault.Status.DebugException?.GetBaseException().Message ?? fault.Status.Detail})",
        StatusCode.Unimplemented => "what answers there is no embedded switch: it has no control service",
        _ => fault.Status.Detail,
    };
}
