using Microsoft.Extensions.Logging;

namespace Telemetry.Collector.Hosting;

public sealed partial class DataCenterHost
{
    [LoggerMessage(EventId = 530, Level = LogLevel.Information, Message = "{Name} serves on {Url}; history: {History}")]
    private static partial void LogServing(ILogger log, string name, string url, string history);

    [LoggerMessage(EventId = 531, Level = LogLevel.Error, Message = "The history cannot be written: {Fault}")]
    private static partial void LogFault(ILogger log, string fault);
}
