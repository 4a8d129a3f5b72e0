using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Telemetry.Tui.Terminals;

internal sealed partial class Session
{
    [LoggerMessage(810, LogLevel.Information, "{Signal} received, leaving")]
    private static partial void LogSignal(ILogger log, PosixSignal signal);

    [LoggerMessage(811, LogLevel.Error, "The screen failed")]
    private static partial void LogFault(ILogger log, Exception fault);

    [LoggerMessage(812, LogLevel.Warning, "The terminal does not answer; leaving without it")]
    private static partial void LogStuck(ILogger log);
}
