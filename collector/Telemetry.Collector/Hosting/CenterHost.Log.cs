using Microsoft.Extensions.Logging;

namespace Telemetry.Collector.Hosting;

public sealed partial class CenterHost
{
    [LoggerMessage(EventId = 520, Level = LogLevel.Information, Message = "{Name} serves nodes on {Url} and reports to {Upstream}")]
    private static partial void LogServing(ILogger log, string name, string url, string upstream);
}
