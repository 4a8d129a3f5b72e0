using Microsoft.Extensions.Logging;

namespace Telemetry.Collector.Hosting;

public sealed partial class NodeHost
{
    [LoggerMessage(EventId = 510, Level = LogLevel.Information, Message = "{Name}: {Source}, upstream {Upstream}")]
    private static partial void LogListening(ILogger log, string name, string source, string upstream);
}
