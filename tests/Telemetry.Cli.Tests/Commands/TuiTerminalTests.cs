using Telemetry.Cli.Tests.Programs;

namespace Telemetry.Cli.Tests.Commands;

public class TuiTerminalTests
{
    [RequiresFact(TmuxTerminal.Tmux)]
    public async Task Lab_InEveryTerminalSize_ShowsLivePortsAndQuitsCleanly()
    {
        foreach ((int columns, int rows) in new[] { (40, 10), (80, 24), (120, 40), (200, 60) })
        {
            await using TmuxTerminal terminal = await TmuxTerminal.StartAsync(
                columns, rows, $"dotnet {TelemetryProcess.Path} lab --topology linear --scenario steady");
            await terminal.ShowsAsync(s => s.Contains("s1-p", StringComparison.Ordinal), $"a port at {columns}x{rows}");

            await terminal.SendAsync("q");
            string after = await terminal.ShowsAsync(s => s.Contains("ended with", StringComparison.Ordinal), "the shell again");
            Assert.Contains("ended with 0", after, StringComparison.Ordinal);
        }
    }

    [RequiresFact(TmuxTerminal.Tmux)]
    public async Task Lab_UnderIncast_NamesTheCongestedPortAndTheReason()
    {
        await using TmuxTerminal terminal = await TmuxTerminal.StartAsync(
            120, 40, $"dotnet {TelemetryProcess.Path} lab --scenario incast --seed 7");
        string screen = await terminal.ShowsAsync(
            s => s.Contains("HOT", StringComparison.Ordinal) && s.Contains("% full", StringComparison.Ordinal),
            "a congested port");
        Assert.Matches("HOT +s[0-9]+-p[0-9]+ .*queue [0-9]+ % full", screen);

        await terminal.SendAsync("4");
        await terminal.ShowsAsync(s => s.Contains("congestion", StringComparison.OrdinalIgnoreCase), "the alerts");
        await terminal.SendAsync("q");
        await terminal.ShowsAsync(s => s.Contains("ended with 0", StringComparison.Ordinal), "the shell again");
    }
}
