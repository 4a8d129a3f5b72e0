using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tracing;

/// <summary>Does to another switch what a trace says was done to one.</summary>
public static class TraceReplay
{
    private const string Service = "/p4.v1.P4Runtime/";

    /// <summary>
    /// Sends the controller's messages again, in their order, under this client's device and election id: pipelines,
    /// writes, packet-outs. Reads and arbitration are left out. A call that failed then may fail again: it is counted
    /// apart.
    /// </summary>
    /// <param name="target">Client of the other switch; it has to be primary.</param>
    /// <param name="records">A trace, or a part of one.</param>
    /// <param name="peer">Only what was sent to this switch; null takes all.</param>
    /// <param name="pace">Clock to keep the trace's times by; null sends as fast as the switch answers.</param>
    /// <param name="cancellation">Stops between messages.</param>
    /// <exception cref="TraceException">A message of the trace is none.</exception>
    public static async Task<ReplayReport> ReplayAsync(
        P4Switch target, IReadOnlyList<TraceRecord> records, string? peer = null, TimeProvider? pace = null, CancellationToken cancellation = default)
    {
        HashSet<(string, int)> failedThen = [.. records
            .Where(r => r.Status is { StatusCode: not StatusCode.OK })
            .Select(r => (r.Peer, r.Call))];
        ReplayReport report = new(0, 0, 0, []);
        long firstNs = 0;
        long began = pace?.GetTimestamp() ?? 0;
        foreach (TraceRecord record in records)
        {
            if (record.Direction != TraceDirection.ToSwitch || record.Message is not { } message || (peer is not null && record.Peer != peer)
                || !record.Method.StartsWith(Service, StringComparison.Ordinal))
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            if (pace is not null)
            {
                firstNs = firstNs == 0 ? record.TimeNs : firstNs;
                TimeSpan due = TimeSpan.FromTicks((record.TimeNs - firstNs) / 100) - pace.GetElapsedTime(began);
                if (due > TimeSpan.Zero)
                {
                    await InlineDelay.WaitAsync(due, pace, cancellation).ConfigureAwait(false);
                }
            }

            try
            {
                report = await SendAsync(target, record.Method[Service.Length..], message, report, cancellation).ConfigureAwait(false);
            }
            catch (P4RuntimeException fault)
            {
                bool then = failedThen.Contains((record.Peer, record.Call));
                report = report with { Faults = [.. report.Faults, then ? $"as in the trace: {fault.Message}" : fault.Message] };
            }
            catch (InvalidProtocolBufferException fault)
            {
                throw new TraceException($"call {record.Call} of {record.Peer} has a message that cannot be read: {fault.Message}", fault);
            }
        }

        return report;
    }

    private static async Task<ReplayReport> SendAsync(
        P4Switch target, string method, ReadOnlyMemory<byte> message, ReplayReport report, CancellationToken cancellation)
    {
        switch (method)
        {
            case "Write":
                WriteRequest write = WriteRequest.Parser.ParseFrom(message.Span);
                await target.SendAsync(write, cancellation).ConfigureAwait(false);
                return report with { Updates = report.Updates + write.Updates.Count };
            case "SetForwardingPipelineConfig":
                await target.Pipeline.SendAsync(SetForwardingPipelineConfigRequest.Parser.ParseFrom(message.Span), cancellation).ConfigureAwait(false);
                return report with { Pipelines = report.Pipelines + 1 };
            case "StreamChannel":
                StreamMessageRequest stream = StreamMessageRequest.Parser.ParseFrom(message.Span);
                return stream.UpdateCase == StreamMessageRequest.UpdateOneofCase.Packet && target.TrySend(stream)
                    ? report with { Packets = report.Packets + 1 }
                    : report;
            default:
                return report;
        }
    }
}
