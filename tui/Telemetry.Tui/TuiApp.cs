using Telemetry.Tui.Terminals;

namespace Telemetry.Tui;

/// <summary>The terminal UI as one blocking call.</summary>
public static class TuiApp
{
    /// <summary>Exit code of <see cref="Run"/> when there is no terminal to draw on.</summary>
    public const int NoTerminal = 2;

    /// <summary>Why the UI cannot run here, as one line; null when it can.</summary>
    public static string? TerminalFault() =>
        Console.IsOutputRedirected ? "standard output is no terminal: the terminal UI needs one"
        : Console.IsInputRedirected ? "standard input is no terminal: the terminal UI needs one"
        : Environment.GetEnvironmentVariable("TERM") is "dumb" ? "TERM is dumb: the terminal UI needs a terminal that can place the cursor"
        : null;

    /// <summary>
    /// Shows the UI until the user quits, <paramref name="cancellationToken"/> is cancelled or the process is told to
    /// end (SIGTERM, SIGHUP, SIGINT); the terminal is restored in each case. A lost data center never ends it.
    /// </summary>
    /// <exception cref="IOException">The log file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The log file may not be written.</exception>
    /// <returns>0, or <see cref="NoTerminal"/> after one line on standard error.</returns>
    public static int Run(TuiOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (TerminalFault() is string fault)
        {
            Console.Error.WriteLine($"telemetry tui: {fault}");
            return NoTerminal;
        }

        using Session session = new(options, cancellationToken);
        session.Run();
        return 0;
    }
}
