using System.Net;
using Microsoft.Extensions.Logging;

namespace Telemetry.Collector.Hosting;

public sealed partial class NodeHost
{
    [LoggerMessage(EventId = 510, Level = LogLevel.Information, Message = "{Name} receives reports on {EndPoint} and reports to {Upstream}")]
    private static partial void LogListening(ILogger log, string name, IPEndPoint endPoint, string upstream);
}
