using Microsoft.Extensions.Logging;

namespace Telemetry.Collector.Hosting;

public sealed partial class NodeHost
{
    [LoggerMessage(EventId = 510, Level = LogLevel.Information, Message = "{Name}: {Source}, upstream {Upstream}")]
    private static partial void LogListening(ILogger log, string name, string source, string upstream);

    [LoggerMessage(EventId = 511, Level = LogLevel.Warning, Message = "{Name}: reports name more devices, ports or links that no inventory lists than are taken up; an event names the sender")]
    private static partial void LogNewcomers(ILogger log, string name);
}
