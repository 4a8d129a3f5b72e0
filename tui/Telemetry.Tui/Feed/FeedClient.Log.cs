using Microsoft.Extensions.Logging;

namespace Telemetry.Tui.Feed;

internal sealed partial class FeedClient
{
    [LoggerMessage(800, LogLevel.Information, "Feed of {Target} is up")]
    private static partial void LogConnected(ILogger log, string target);

    [LoggerMessage(801, LogLevel.Warning, "Feed lost, dial {Attempt} in {Seconds} s: {Reason}")]
    private static partial void LogLost(ILogger log, int attempt, string reason, double seconds);
}
