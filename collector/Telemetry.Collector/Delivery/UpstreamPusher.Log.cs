using Microsoft.Extensions.Logging;

namespace Telemetry.Collector.Delivery;

public sealed partial class UpstreamPusher
{
    [LoggerMessage(EventId = 501, Level = LogLevel.Information, Message = "Connected to {Url}")]
    private static partial void LogConnected(ILogger log, string url);

    [LoggerMessage(EventId = 502, Level = LogLevel.Warning, Message = "Not connected to {Url}: {Why}; {Pending} batches wait")]
    private static partial void LogDisconnected(ILogger log, string url, string why, long pending);
}
