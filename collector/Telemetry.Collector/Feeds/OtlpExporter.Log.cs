using Microsoft.Extensions.Logging;

namespace Telemetry.Collector.Feeds;

internal sealed partial class OtlpExporter
{
    [LoggerMessage(EventId = 540, Level = LogLevel.Information, Message = "{Kind} {Entity}: {Detail}")]
    private static partial void LogEvent(ILogger log, string kind, string entity, string detail);

    [LoggerMessage(EventId = 541, Level = LogLevel.Warning, Message = "{Kind} at {Entity}, score {Score}: {Explanation}")]
    private static partial void LogAlert(ILogger log, string kind, string entity, double score, string explanation);

    [LoggerMessage(EventId = 542, Level = LogLevel.Information, Message = "{Kind} at {Entity} ended")]
    private static partial void LogAlertEnd(ILogger log, string kind, string entity);
}
